import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { type GraphBuilder, int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';
import { differenceToOnnxRuntime, lowered, loweredTypes } from './lowered.ts';

/** One step of 256, and a half for rounding in another place, as part of the largest magnitude. */
const fewSteps = 2.5 / 127;

const scalar = (graph: GraphBuilder, name: string, value: number, dtype: 'float32' | 'int8' | 'uint8' = 'float32') =>
  graph.constant(name, [], [value], dtype);

/** x ─▶ QuantizeLinear ─▶ DequantizeLinear */
function rounded(
  graph: GraphBuilder,
  x: TensorId,
  name: string,
  scale: number,
  dtype: 'int8' | 'uint8' = 'int8',
): TensorId {
  const parameters = [scalar(graph, `${name}s`, scale), scalar(graph, `${name}z`, dtype === 'int8' ? 3 : 131, dtype)];
  return graph.op('DequantizeLinear', [graph.op('QuantizeLinear', [x, ...parameters]), ...parameters]);
}

/** Integer weights ─▶ DequantizeLinear, a scale per output channel */
function weights(graph: GraphBuilder, name: string, shape: readonly number[], seed: number): TensorId {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const integers = Array.from(noise(count, seed), (value) => Math.round(value * 127));
  const channels = shape[0] as number;
  const scales = Array.from({ length: channels }, (_, channel) => 0.002 + 0.001 * channel);
  return graph.op(
    'DequantizeLinear',
    [
      graph.constant(name, shape, integers, 'int8'),
      graph.constant(`${name}s`, [channels], scales),
      graph.constant(
        `${name}z`,
        [channels],
        scales.map(() => 0),
        'int8',
      ),
    ],
    { attributes: { axis: int(0) } },
  );
}

async function check(graph: Graph, types: readonly string[], tolerance = fewSteps): Promise<void> {
  const result = lowered(graph);
  expect(loweredTypes(result)).toEqual(types);
  expect(await differenceToOnnxRuntime(graph, result, 4)).toBeLessThanOrEqual(tolerance);
}

describe('lowering quantised networks', () => {
  // x ─▶ Q ─▶ DQ ─▶ Conv ─▶ Relu ─▶ Q ─▶ DQ ─▶ MaxPool ─▶ Q ─▶ DQ ─▶ y    becomes integers from QUANTIZE to DEQUANTIZE.
  it.each(['int8', 'uint8'] as const)('computes with integers between scales of %s', async (dtype) => {
    const graph = onnxGraph(17);
    const x = rounded(graph, graph.input('x', [1, 3, 6, 6]), 'x', 1 / 100, dtype);
    const offset = graph.constant('b', [4], noise(4, 3));
    const conv = graph.op('Conv', [x, weights(graph, 'w', [4, 3, 3, 3], 2), offset], {
      attributes: { pads: ints(1, 1, 1, 1) },
    });
    const y = rounded(graph, graph.op('Relu', [conv]), 'y', 1 / 50, dtype);
    const pool = graph.op('MaxPool', [y], { attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) } });
    await check(graph.build(rounded(graph, pool, 'p', 1 / 50, dtype)), [
      'QUANTIZE',
      'CONV_2D',
      'MAX_POOL_2D',
      'DEQUANTIZE',
    ]);
  });

  it('takes a reshape and a dense layer to integers', async () => {
    const graph = onnxGraph(17);
    const x = rounded(graph, graph.input('x', [1, 2, 3, 4]), 'x', 1 / 100);
    const flat = rounded(graph, graph.op('Flatten', [x]), 'f', 1 / 100);
    const dense = graph.op('Gemm', [flat, weights(graph, 'w', [5, 24], 2)], { attributes: { transB: int(1) } });
    await check(graph.build(rounded(graph, dense, 'y', 1 / 50)), ['QUANTIZE', 'FULLY_CONNECTED', 'DEQUANTIZE']);
  });

  it('adds tensors of different scales', async () => {
    const graph = onnxGraph(17);
    const sum = graph.op('Add', [
      rounded(graph, graph.input('x', [2, 3]), 'x', 1 / 100),
      rounded(graph, graph.input('y', [2, 3]), 'y', 1 / 90),
    ]);
    await check(graph.build(rounded(graph, sum, 's', 1 / 60)), ['QUANTIZE', 'QUANTIZE', 'ADD', 'DEQUANTIZE']);
  });

  it('brings what is joined to one scale', async () => {
    const graph = onnxGraph(17);
    const parts = [
      rounded(graph, graph.input('x', [2, 3]), 'x', 1 / 100),
      rounded(graph, graph.input('y', [2, 3]), 'y', 1 / 90),
    ];
    const joined = graph.op('Concat', parts, { attributes: { axis: int(1) } });
    await check(graph.build(rounded(graph, joined, 's', 1 / 90)), [
      'QUANTIZE',
      'QUANTIZE',
      'QUANTIZE',
      'CONCATENATION',
      'DEQUANTIZE',
    ]);
  });

  // A softmax that nobody rounds stays float.
  it('keeps real numbers where there is no scale', async () => {
    const graph = onnxGraph(17);
    const x = rounded(graph, graph.input('x', [2, 3]), 'x', 1 / 100);
    await check(graph.build(graph.op('Softmax', [x])), ['QUANTIZE', 'DEQUANTIZE', 'SOFTMAX'], 1e-4);
  });

  // x int8 ─▶ QLinearConv ─▶ y int8
  it('takes integer operators apart', async () => {
    const graph = onnxGraph(17);
    const [xs, xz] = [scalar(graph, 'xs', 1 / 100), scalar(graph, 'xz', 3, 'int8')];
    const [ys, yz] = [scalar(graph, 'ys', 1 / 40), scalar(graph, 'yz', -5, 'int8')];
    const integers = Array.from(noise(36, 2), (value) => Math.round(value * 127));
    const inputs = [
      graph.op('QuantizeLinear', [graph.input('x', [1, 1, 6, 6]), xs, xz]),
      xs,
      xz,
      graph.constant('w', [4, 1, 3, 3], integers, 'int8'),
      graph.constant('ws', [4], [0.01, 0.02, 0.01, 0.02]),
      graph.constant('wz', [4], [0, 0, 0, 0], 'int8'),
      ys,
      yz,
      graph.constant('b', [4], [100, -2000, 0, 50], 'int32'),
    ];
    const conv = graph.op('QLinearConv', inputs);
    await check(graph.build(graph.op('DequantizeLinear', [conv, ys, yz])), ['QUANTIZE', 'CONV_2D', 'DEQUANTIZE']);
  });
});
