import type { DataType } from '../../src/graph/data-type.ts';
import { emptyGraph } from '../../src/graph/empty-graph.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../src/graph/graph.ts';

/** What a network is computed in. */
export type Precision = 'float32' | 'float16' | 'int8';

/** How an image operator moves over its input: `same` pads so that the result has `ceil(extent / stride)` positions. */
export interface Window {
  readonly kernel: number | readonly [number, number];
  readonly stride?: number | readonly [number, number];
  /** Pixels of padding on each side; `same` when absent. */
  readonly padding?: number;
  readonly dilation?: number;
  /** Rounds the extent up where the last window is not full. */
  readonly ceil?: boolean;
}

/**
 * Operator lists of published networks, as graphs of TensorFlow Lite's operators whose constants have shapes and no content: enough to estimate, not to run.
 * Batch normalisation and activations count as fused into the convolution before them, as every runtime does it.
 */
export function networkBuilder(precision: Precision) {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const dtype: DataType = precision;
  const tensor = (shape: readonly number[], type: DataType = dtype): TensorId =>
    tensors.push({ name: `t${tensors.length}`, dtype: type, shape }) - 1;
  const shapeOf = (id: TensorId): readonly number[] => (tensors[id]?.shape ?? []) as readonly number[];
  const operator = (type: string, inputs: readonly TensorId[], shape: readonly number[]): TensorId => {
    const output = tensor(shape);
    operators.push({ name: type, type, domain: '', version: 1, inputs, outputs: [output], attributes: {} });
    return output;
  };
  const pair = (value: number | readonly [number, number]): readonly [number, number] =>
    typeof value === 'number' ? [value, value] : value;
  const extents = (input: TensorId, window: Window): readonly [number, number] => {
    const [, height = 1, width = 1] = shapeOf(input);
    const [kernel, stride] = [pair(window.kernel), pair(window.stride ?? 1)];
    const along = (extent: number, axis: 0 | 1): number => {
      if (window.padding === undefined) return Math.ceil(extent / stride[axis]);
      const span = (kernel[axis] - 1) * (window.dilation ?? 1) + 1;
      const steps = (extent + 2 * window.padding - span) / stride[axis];
      return (window.ceil === true ? Math.ceil(steps) : Math.floor(steps)) + 1;
    };
    return [along(height, 0), along(width, 1)];
  };
  const bias = (channels: number) => tensor([channels], precision === 'int8' ? 'int32' : dtype);

  const g = {
    shapeOf,
    channelsOf: (id: TensorId): number => shapeOf(id).at(-1) ?? 1,
    input: (...shape: readonly number[]): TensorId => tensor(shape),
    convolution: (input: TensorId, channels: number, window: Window, groups = 1): TensorId => {
      const [batch = 1, , , depth = 1] = shapeOf(input);
      const [kernelHeight, kernelWidth] = pair(window.kernel);
      const [height, width] = extents(input, window);
      const weights = tensor([channels, kernelHeight, kernelWidth, depth / groups]);
      return operator('CONV_2D', [input, weights, bias(channels)], [batch, height, width, channels]);
    },
    depthwise: (input: TensorId, window: Window): TensorId => {
      const [batch = 1, , , depth = 1] = shapeOf(input);
      const [kernelHeight, kernelWidth] = pair(window.kernel);
      const [height, width] = extents(input, window);
      const weights = tensor([1, kernelHeight, kernelWidth, depth]);
      return operator('DEPTHWISE_CONV_2D', [input, weights, bias(depth)], [batch, height, width, depth]);
    },
    upConvolution: (input: TensorId, channels: number, kernel: number, stride: number): TensorId => {
      const [batch = 1, height = 1, width = 1, depth = 1] = shapeOf(input);
      const weights = tensor([channels, kernel, kernel, depth]);
      const shape = [batch, height * stride, width * stride, channels];
      return operator('TRANSPOSE_CONV', [tensor([4], 'int32'), weights, input], shape);
    },
    pool: (input: TensorId, window: Window): TensorId => {
      const [batch = 1, , , depth = 1] = shapeOf(input);
      const [height, width] = extents(input, window);
      return operator('MAX_POOL_2D', [input], [batch, height, width, depth]);
    },
    globalPool: (input: TensorId): TensorId => {
      const [batch = 1, , , depth = 1] = shapeOf(input);
      return operator('MEAN', [input, tensor([2], 'int32')], [batch, 1, 1, depth]);
    },
    dense: (input: TensorId, units: number): TensorId => {
      const depth = shapeOf(input).reduce((product, extent) => product * extent, 1) / (shapeOf(input)[0] ?? 1);
      const weights = tensor([units, depth]);
      return operator('FULLY_CONNECTED', [input, weights, bias(units)], [shapeOf(input)[0] ?? 1, units]);
    },
    add: (a: TensorId, b: TensorId): TensorId => operator('ADD', [a, b], shapeOf(a)),
    multiply: (a: TensorId, b: TensorId): TensorId => operator('MUL', [a, b], shapeOf(a)),
    activation: (input: TensorId, type = 'HARD_SWISH'): TensorId => operator(type, [input], shapeOf(input)),
    concatenate: (inputs: readonly TensorId[]): TensorId => {
      const channels = inputs.reduce((sum, id) => sum + (shapeOf(id).at(-1) ?? 0), 0);
      return operator('CONCATENATION', inputs, [...shapeOf(inputs[0] ?? 0).slice(0, -1), channels]);
    },
    slice: (input: TensorId, channels: number): TensorId =>
      operator('STRIDED_SLICE', [input], [...shapeOf(input).slice(0, -1), channels]),
    transpose: (input: TensorId): TensorId => operator('TRANSPOSE', [input], shapeOf(input)),
    resize: (input: TensorId, factor: number): TensorId => {
      const [batch = 1, height = 1, width = 1, depth = 1] = shapeOf(input);
      return operator('RESIZE_NEAREST_NEIGHBOR', [input], [batch, height * factor, width * factor, depth]);
    },
    rearrange: (input: TensorId, type: string, shape: readonly number[]): TensorId => operator(type, [input], shape),
    build: (name: string, inputs: readonly TensorId[], outputs: readonly TensorId[]): Graph => ({
      ...emptyGraph('tflite', name),
      tensors,
      operators,
      inputs,
      outputs,
    }),
  };
  return g;
}

/** What `networkBuilder` gives. */
export type NetworkBuilder = ReturnType<typeof networkBuilder>;
