import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import type { DataSet, Sample } from '../../src/data/data-set.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { network } from '../passes/tflite/network.ts';
import { int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';

const count = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Weights whose output channels differ in range by up to `spread`. */
function uneven(shape: readonly number[], axis: number, spread: number, seed: number): number[] {
  const inner = count(shape.slice(axis + 1));
  const extent = shape[axis] ?? 1;
  const powers = noise(extent, seed + 50);
  return [...noise(count(shape), seed)].map(
    (value, index) => (value / 3) * spread ** (powers[Math.floor(index / inner) % extent] as number),
  );
}

/**
 * x [1,3,8,8] ── Conv 3×3 ── Relu ── depthwise ── Relu ── Conv 1×1 ──┬── Conv 1×1 ── Relu ── Conv 1×1 ── Add ── MaxPool ── Flatten ── Gemm
 *                                                                    └──────────────────────────────────┘
 */
export function onnxNetwork(spread = 10): Graph {
  const g = onnxGraph(17);
  const padded = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };
  const conv = (name: string, input: TensorId, shape: readonly number[], seed: number, attributes = {}): TensorId => {
    const weights = g.constant(`${name}.w`, shape, uneven(shape, 0, spread, seed));
    const bias = g.constant(`${name}.b`, [shape[0] as number], noise(shape[0] as number, seed + 9));
    return g.op('Conv', [input, weights, bias], { outputs: [name], attributes });
  };
  const x = g.input('x', [1, 3, 8, 8]);
  const stem = g.op('Relu', [conv('stem', x, [8, 3, 3, 3], 1, padded)]);
  const depthwise = g.op('Relu', [conv('depthwise', stem, [8, 1, 3, 3], 2, { ...padded, group: int(8) })]);
  const trunk = conv('trunk', depthwise, [8, 8, 1, 1], 3);
  const wide = g.op('Relu', [conv('wide', trunk, [16, 8, 1, 1], 4)]);
  const branch = conv('branch', wide, [8, 16, 1, 1], 5);
  const sum = g.op('Add', [trunk, branch]);
  const pool = g.op('MaxPool', [sum], { attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) } });
  const flat = g.op('Flatten', [pool]);
  const weights = g.constant('dense.w', [128, 5], noise(128 * 5, 6));
  const out = g.op('Gemm', [flat, weights, g.constant('dense.b', [5], noise(5, 7))], { outputs: ['scores'] });
  return inferShapes(g.build(out));
}

/** The same in TensorFlow Lite's words, with a concatenation before the dense layer and activations fused. */
export function tfliteNetwork(spread = 10): Graph {
  const g = network();
  const float = { dtype: 'float32', quantization: undefined } as never;
  const layer = (
    type: string,
    input: TensorId,
    weights: readonly number[],
    axis: number,
    shape: readonly number[],
    seed: number,
    activation = 'NONE',
  ): TensorId => {
    const channels = weights[axis] as number;
    const w = g.constant('float32', weights, uneven(weights, axis, spread, seed));
    const b = g.constant('float32', [channels], [...noise(channels, seed + 9)]);
    const strides =
      type === 'FULLY_CONNECTED'
        ? {}
        : { padding: 'SAME', stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1 };
    const multiplier = type === 'DEPTHWISE_CONV_2D' ? { depth_multiplier: 1 } : {};
    return g.layer(
      type,
      [input, w, b],
      shape,
      { ...strides, ...multiplier, fused_activation_function: activation },
      float,
    );
  };
  const x = g.input([1, 8, 8, 3], float);
  const stem = layer('CONV_2D', x, [8, 3, 3, 3], 0, [1, 8, 8, 8], 1, 'RELU');
  const depthwise = layer('DEPTHWISE_CONV_2D', stem, [1, 3, 3, 8], 3, [1, 8, 8, 8], 2, 'RELU');
  const trunk = layer('CONV_2D', depthwise, [8, 1, 1, 8], 0, [1, 8, 8, 8], 3);
  const wide = layer('CONV_2D', trunk, [16, 1, 1, 8], 0, [1, 8, 8, 16], 4, 'RELU');
  const branch = layer('CONV_2D', wide, [8, 1, 1, 16], 0, [1, 8, 8, 8], 5);
  const sum = g.layer('ADD', [trunk, branch], [1, 8, 8, 8], { fused_activation_function: 'RELU' }, float);
  const both = g.layer(
    'CONCATENATION',
    [sum, wide],
    [1, 8, 8, 24],
    { axis: 3, fused_activation_function: 'NONE' },
    float,
  );
  const pooling = {
    padding: 'VALID',
    stride_h: 4,
    stride_w: 4,
    filter_height: 4,
    filter_width: 4,
    fused_activation_function: 'NONE',
  };
  const pool = g.layer('AVERAGE_POOL_2D', [both], [1, 2, 2, 24], pooling, float);
  const shape = g.constant('int32', [2], [1, 96]);
  const flat = g.layer('RESHAPE', [pool, shape], [1, 96], { new_shape: [1, 96] }, float);
  const out = layer('FULLY_CONNECTED', flat, [5, 96], 0, [1, 5], 6);
  return g.graph([x], [out]);
}

/** Samples of noise for a graph's one input. */
export function noiseData(graph: Graph, samples: number): DataSet {
  const shape = graph.tensors[graph.inputs[0] ?? -1]?.shape as readonly number[];
  return {
    path: 'noise',
    sha256: '0',
    count: samples,
    names: ['x'],
    labels: undefined,
    sample: async (index): Promise<Sample> => ({
      x: { dtype: 'float32', shape, data: noise(count(shape), index + 11) },
    }),
  };
}

/** The first output of a float graph for every sample. */
export async function outputsOf(graph: Graph, data: DataSet): Promise<readonly Float32Array[]> {
  const [output = -1] = graph.outputs;
  const runner = await openFloatRunner(graph, [output], data.path);
  const results: Float32Array[] = [];
  for (let index = 0; index < data.count; index += 1) {
    results.push(Float32Array.from((await runner.run(await data.sample(index))).get(output) ?? []));
  }
  await runner.close();
  return results;
}

/** The largest difference between two lists of outputs, relative to the largest magnitude. */
export function largestDifference(expected: readonly Float32Array[], actual: readonly Float32Array[]): number {
  let [magnitude, difference] = [0, 0];
  expected.forEach((values, sample) => {
    if (actual[sample]?.length !== values.length) difference = Number.POSITIVE_INFINITY;
    values.forEach((value, index) => {
      magnitude = Math.max(magnitude, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - (actual[sample]?.[index] ?? Number.NaN)));
    });
  });
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / (magnitude || 1);
}
