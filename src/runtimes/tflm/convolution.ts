import { isFour } from '../../basics/tuples.ts';
import { concreteShape, inputTensor, intAttribute, outputTensor, stringAttribute } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';

/** Height and width. */
interface Extent {
  readonly height: number;
  readonly width: number;
}

/** Everything about a two-dimensional sliding window that its cost depends on. */
export interface Convolution {
  readonly batch: number;
  readonly input: Extent & { readonly channels: number };
  /** `channels`: of one filter; less than the input's in a grouped convolution. */
  readonly filter: Extent & { readonly channels: number };
  readonly output: Extent & { readonly channels: number };
  readonly stride: Extent;
  readonly dilation: Extent;
  /** Rows above and columns to the left of the input. */
  readonly padding: Extent;
}

/**
 * The geometry of `CONV_2D`, `DEPTHWISE_CONV_2D` or `TRANSPOSE_CONV`; `undefined` when a shape is missing or not of rank 4.
 * Depthwise filters `[1, h, w, channels]` count as one channel per filter.
 */
export function convolution(graph: Graph, operator: Operator): Convolution | undefined {
  const isTransposed = operator.type === 'TRANSPOSE_CONV';
  const input = shapeOfRankFour(inputTensor(graph, operator, isTransposed ? 2 : 0)?.shape);
  const filter = shapeOfRankFour(inputTensor(graph, operator, 1)?.shape);
  const output = shapeOfRankFour(outputTensor(graph, operator)?.shape);
  if (input === undefined || filter === undefined || output === undefined) return undefined;
  const stride = { height: intAttribute(operator, 'stride_h', 1), width: intAttribute(operator, 'stride_w', 1) };
  const dilation = {
    height: intAttribute(operator, 'dilation_h_factor', 1),
    width: intAttribute(operator, 'dilation_w_factor', 1),
  };
  // A window that does not move has no output; the interpreter divides by it.
  if (Math.min(stride.height, stride.width, dilation.height, dilation.width) < 1) return undefined;
  const isSame = stringAttribute(operator, 'padding', 'SAME') === 'SAME';
  const padding = {
    height: isSame ? paddingBefore(input[1], filter[1], stride.height, dilation.height) : 0,
    width: isSame ? paddingBefore(input[2], filter[2], stride.width, dilation.width) : 0,
  };
  return {
    batch: output[0],
    input: { height: input[1], width: input[2], channels: input[3] },
    filter: {
      height: filter[1],
      width: filter[2],
      channels: operator.type === 'DEPTHWISE_CONV_2D' ? 1 : filter[3],
    },
    output: { height: output[1], width: output[2], channels: output[3] },
    stride,
    dilation,
    padding,
  };
}

/** Half of what padding `SAME` adds along one axis, rounded down: lite/kernels/padding.h of tensorflow/tflite-micro. */
export function paddingBefore(input: number, filter: number, stride: number, dilation: number): number {
  const output = Math.ceil(input / stride);
  const total = (output - 1) * stride + (filter - 1) * dilation + 1 - input;
  return Math.floor(Math.max(0, total) / 2);
}

type RankFour = readonly [number, number, number, number];

function shapeOfRankFour(shape: Parameters<typeof concreteShape>[0]): RankFour | undefined {
  const extents = concreteShape(shape);
  return extents !== undefined && isFour(extents) ? extents : undefined;
}
