import { concreteShape, inputTensor, intAttribute, outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';

/** Filters and positions that its kernels compute at once, and values of int8 that they add up at once, as on x64; on Arm filters are 8 or 16 and values 4 or 8. */
const [filtersAtOnce, positionsAtOnce, valuesAtOnce] = [16, 4, 8];

/** Taps of its largest kernel for depthwise windows. */
const depthwiseTaps = 25;

/** What XNNPACK holds for an operator besides its activations. */
export interface XnnpackBytes {
  /** Whether it takes the operator at all. */
  readonly isTaken: boolean;
  /** Filters, biases and factors as its kernels read them, a copy of the file's. */
  readonly packed: number;
  /** Pointers to the input's rows, one for each position of each window: its convolutions gather instead of copying columns. */
  readonly pointers: number;
}

const notTaken: XnnpackBytes = { isTaken: false, packed: 0, pointers: 0 };

const up = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

/**
 * Memory of XNNPACK for one operator of a TensorFlow Lite model, on a processor with pointers of so many bytes (google/XNNPACK 75db3c0: src/operators/convolution-nhwc.c
 * sizes of the indirection buffers, src/packing.cc). Zero for operators that multiply nothing, whose share is small, and for types that it does not take.
 */
export function xnnpackBytes(graph: Graph, operator: Operator, pointerBytes: number): XnnpackBytes {
  const [image, weights] = [inputTensor(graph, operator, 0), inputTensor(graph, operator, 1)];
  const type = weights?.dtype;
  if (weights?.data === undefined || (type !== 'float32' && type !== 'int8')) return notTaken;
  if (image?.dtype !== 'float32' && image?.dtype !== 'int8') return notTaken;
  const filters = concreteShape(weights.shape);
  const input = concreteShape(image.shape);
  const output = concreteShape(outputTensor(graph, operator, 0)?.shape);
  if (filters === undefined || input === undefined || output === undefined) return notTaken;
  if (operator.type === 'FULLY_CONNECTED') {
    const [rows = 0, depth = 0] = filters;
    return { isTaken: true, packed: packedBytes(rows, 1, depth, type), pointers: 0 };
  }
  const [count = 0, height = 0, width = 0, depth = 0] = filters;
  const [, outputHeight = 0, outputWidth = 0] = output;
  const strideWidth = intAttribute(operator, 'stride_w', 1);
  const window = height * width;
  const gathered = pointerBytes * window * up(outputHeight * outputWidth, positionsAtOnce);
  if (operator.type === 'CONV_2D') {
    const isPlain = window === 1 && strideWidth === 1 && intAttribute(operator, 'stride_h', 1) === 1;
    return { isTaken: true, packed: packedBytes(count, window, depth, type), pointers: isPlain ? 0 : gathered };
  }
  if (operator.type !== 'DEPTHWISE_CONV_2D') return notTaken;
  const channels = input[3] ?? depth;
  if (depth !== channels || window > depthwiseTaps) {
    // With several filters for a channel, or a large window, it computes convolutions of one channel each, padded like all others.
    const packed = channels * packedBytes(depth / channels, window, 1, type);
    return { isTaken: true, packed, pointers: gathered };
  }
  const packed = up(depth, filtersAtOnce) * (type === 'float32' ? 4 * window + 4 : window + 8);
  const step = intAttribute(operator, 'dilation_w_factor', 1) === 1 ? Math.min(strideWidth, width) : width;
  const row = window + (outputWidth - 1) * step * height;
  return { isTaken: true, packed, pointers: pointerBytes * outputHeight * row };
}

/** Filters in groups, each with a bias, of integers with a factor too. */
function packedBytes(filters: number, window: number, depth: number, type: 'float32' | 'int8'): number {
  const each = type === 'float32' ? 4 * window * depth + 4 : window * up(depth, valuesAtOnce) + 8;
  return up(filters, filtersAtOnce) * each;
}
