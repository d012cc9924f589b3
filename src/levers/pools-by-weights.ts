import { concreteShape, intAttribute, stringAttribute, tensorAt } from '../graph/access.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Tensor } from '../graph/graph.ts';

/**
 * Averages over an image by an operator whose integers have a scale of their own:
 *
 *     x ── AVERAGE_POOL_2D, one window of h × w ── y    →    x ── DEPTHWISE_CONV_2D, every weight 1 / (h·w) ── y
 *
 * Pooling keeps its input's scale (https://ai.google.dev/edge/litert/models/quantization_spec), while averages reach only a part of what their input reaches: as large a part of the
 * integers is never used. The weights, all alike, are exact in int8, so that a result is rounded once. They take h·w bytes per channel; MEAN, which has a scale too, takes none but,
 * in TensorFlow Lite Micro, some 50 instructions per element (mean/int8 in targets/cores/cortex-m4.yml), and counts all of the image.
 * The very same graph where there is no such pool, and for ONNX, whose pools have a scale of their own.
 */
export function poolsByWeights(graph: Graph): Graph {
  if (graph.dialect === 'onnx') return graph;
  const tensors: Tensor[] = [...graph.tensors];
  const operators = graph.operators.map((operator): Operator => {
    const shape = windowOf(graph, operator);
    if (shape === undefined) return operator;
    const [height, width, channels] = shape;
    const values = new Float32Array(height * width * channels).fill(1 / (height * width));
    const weights = tensorOf(`${operator.name}_weights`, constantOf('float32', [1, ...shape], values));
    const bias = tensorOf(`${operator.name}_bias`, constantOf('float32', [channels], new Float32Array(channels)));
    const { padding: _, filter_height: __, filter_width: ___, ...kept } = operator.attributes;
    return {
      ...operator,
      type: 'DEPTHWISE_CONV_2D',
      version: 1,
      // LiteRT ends the process where a convolution has no bias.
      inputs: [operator.inputs[0] ?? null, tensors.push(weights) - 1, tensors.push(bias) - 1],
      attributes: {
        ...kept,
        padding: { kind: 'string', value: 'VALID' },
        depth_multiplier: { kind: 'int', value: 1 },
        dilation_h_factor: { kind: 'int', value: 1 },
        dilation_w_factor: { kind: 'int', value: 1 },
      },
    };
  });
  return tensors.length === graph.tensors.length ? graph : { ...graph, tensors, operators };
}

/** Height, width and channels of a pool's only window where no padding is in it; `undefined` for what is something else. */
function windowOf(graph: Graph, operator: Operator): readonly [number, number, number] | undefined {
  const [input] = operator.inputs;
  const [output] = operator.outputs;
  if (operator.type !== 'AVERAGE_POOL_2D' || operator.domain !== '') return undefined;
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  const [, rows = 0, columns = 0, channels = 0] = concreteShape(tensorAt(graph, input).shape) ?? [];
  const [, madeRows, madeColumns] = concreteShape(tensorAt(graph, output).shape) ?? [];
  const [height, width] = ['filter_height', 'filter_width'].map((name) => intAttribute(operator, name, 0)) as [
    number,
    number,
  ];
  const isInside = stringAttribute(operator, 'padding', 'SAME') === 'VALID' || (height === rows && width === columns);
  const isOne = madeRows === 1 && madeColumns === 1 && height * width > 1;
  const isPlain = stringAttribute(operator, 'fused_activation_function', 'NONE') === 'NONE';
  return isInside && isOne && isPlain && height <= rows && width <= columns ? [height, width, channels] : undefined;
}
