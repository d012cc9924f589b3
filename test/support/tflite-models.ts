import { emptyGraph } from '../../src/graph/empty-graph.ts';
import type { Graph, Operator, Tensor } from '../../src/graph/graph.ts';

/** A graph of the TensorFlow Lite dialect with nothing in it but what `parts` says. */
export function tfliteGraph(parts: Partial<Graph>): Graph {
  return { ...emptyGraph('tflite', 'main'), ...parts };
}

/** An operator with the usual version and no attributes, but for what `parts` says. */
export function tfliteOperator(type: string, parts: Partial<Operator>): Operator {
  return { name: '', type, domain: '', version: 1, inputs: [], outputs: [], attributes: {}, ...parts };
}

/** A tensor that is computed at run time. */
export function activation(name: string, shape: readonly number[], parts: Partial<Tensor> = {}): Tensor {
  return { name, dtype: 'int8', shape, quantization: { scale: [0.5], zeroPoint: [-3], axis: 0 }, ...parts };
}

/** `length` bytes that count up from `start`. */
export function countingBytes(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => start + index);
}

/**
 * A model with one of everything: quantisation per axis, a builtin code above 127, options in the second union, a custom operator,
 * a variable tensor, an empty and a string constant, a sparse one, a second subgraph, metadata, a signature, an unused buffer and operator code.
 */
export function kitchenSink(): Graph {
  const weights: Tensor = {
    name: 'weights',
    dtype: 'int8',
    shape: [2, 1, 1, 3],
    data: countingBytes(6),
    quantization: { scale: [0.25, 0.125], zeroPoint: [0, 0], axis: 0, min: [-1, -2], max: [1, 2] },
  };
  const tensors: readonly Tensor[] = [
    activation('input', [1, 4, 4, 3], { extras: { shapeSignature: [-1, 4, 4, 3], hasRank: true } }),
    weights,
    { name: 'bias', dtype: 'int32', shape: [2], data: countingBytes(8, 100) },
    activation('convolved', [1, 4, 4, 2]),
    activation('activated', [1, 4, 4, 2]),
    activation('state', [1, 2], { variable: true }),
    activation('fed', [1, 4, 4, 2]),
    { name: 'words', dtype: 'string', shape: [2], strings: [countingBytes(3, 65), countingBytes(0)] },
    { name: 'nothing', dtype: 'int32', shape: [0], data: new Uint8Array(0) },
    {
      name: 'sparse',
      dtype: 'int8',
      shape: [4, 4],
      data: countingBytes(2),
      extras: {
        sparsity: {
          traversal_order: [0, 1],
          dim_metadata: [
            { format: 'DENSE', dense_size: 4 },
            {
              format: 'SPARSE_CSR',
              dense_size: 0,
              array_segments: { type: 'Uint8Vector', value: { values: Uint8Array.of(0, 1, 2, 2, 2) } },
              array_indices: { type: 'Uint16Vector', value: { values: [1, 3] } },
            },
          ],
        },
      },
    },
    activation('padded', [1, 6, 4, 2]),
    { name: 'packed', dtype: 'int4', shape: [3], data: countingBytes(2) },
  ];
  const operators: readonly Operator[] = [
    tfliteOperator('CONV_2D', {
      name: 'convolved',
      version: 3,
      inputs: [0, 1, 2],
      outputs: [3],
      attributes: {
        padding: { kind: 'string', value: 'VALID' },
        stride_w: { kind: 'int', value: 1 },
        stride_h: { kind: 'int', value: 1 },
        fused_activation_function: { kind: 'string', value: 'RELU6' },
        dilation_w_factor: { kind: 'int', value: 1 },
        dilation_h_factor: { kind: 'int', value: 2 },
        quantized_bias_type: { kind: 'string', value: 'FLOAT32' },
      },
    }),
    tfliteOperator('GELU', {
      name: 'activated',
      inputs: [3],
      outputs: [4],
      attributes: { approximate: { kind: 'bool', value: true } },
    }),
    tfliteOperator('my.op', {
      name: 'fed',
      domain: 'custom',
      inputs: [4, null, 5, 7, 8, 9, 11],
      outputs: [6],
      attributes: { custom_options: { kind: 'bytes', value: countingBytes(5, 1) } },
      extras: { mutatingVariableInputs: [false, false, true, false, false, false, false] },
    }),
    tfliteOperator('STABLEHLO_PAD', {
      name: 'padded',
      inputs: [6],
      outputs: [10],
      attributes: {
        edge_padding_low: { kind: 'ints', value: [0, 1, 0, 0] },
        edge_padding_high: { kind: 'ints', value: [0, 1, 0, 0] },
        interior_padding: { kind: 'ints', value: [0, 0, 0, -1] },
      },
    }),
    // No options table, although converters write one.
    tfliteOperator('RESHAPE', { name: 'fed', inputs: [6], outputs: [6], extras: { options: null } }),
  ];
  return tfliteGraph({
    tensors,
    operators,
    inputs: [0],
    outputs: [10],
    subgraphs: [
      tfliteGraph({
        name: 'second',
        tensors: [activation('x', []), activation('y', [])],
        operators: [tfliteOperator('LOGISTIC', { name: 'y', inputs: [0], outputs: [1] })],
        inputs: [0],
        outputs: [1],
      }),
    ],
    extras: {
      description: 'one of everything',
      metadata: [{ name: 'min_runtime_version', data: countingBytes(16, 48) }],
      signatures: [
        { key: 'serve', subgraph: 0, inputs: [{ name: 'x', tensor: 0 }], outputs: [{ name: 'y', tensor: 10 }] },
      ],
      unusedOperatorCodes: [{ type: 'ADD', domain: '', version: 2 }],
      unusedBuffers: [countingBytes(7)],
    },
  });
}
