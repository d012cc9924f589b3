import { concreteShape, inputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { alignUp } from '../plan/buffers.ts';
import { type Convolution, convolution } from '../tflm/convolution.ts';
import type { KernelBuild } from '../tflm/kernels.ts';

/** `CH_IN_BLOCK_MVE`: channels that the depthwise kernel of these releases takes at once with MVE. */
const depthwiseBlockChannels = 124;

/**
 * Bytes of working memory that TVM gives an operator in CMSIS-NN: its own rules, written for older kernels than TensorFlow Lite Micro's, and with more room than those need.
 * Source: apache/tvm 0.18.0, src/relay/backend/contrib/cmsisnn/buffer_size.cc. 0 for operators that it keeps to itself.
 */
export function cmsisScratch(graph: Graph, operator: Operator, { vectors }: KernelBuild): number {
  const input = inputTensor(graph, operator, 0);
  const isWide = input?.dtype === 'int16';
  if (operator.type === 'AVERAGE_POOL_2D') {
    return vectors === 'dsp' ? 4 * (concreteShape(input?.shape)?.at(-1) ?? 0) : 0;
  }
  if (operator.type !== 'CONV_2D' && operator.type !== 'DEPTHWISE_CONV_2D') return 0;
  const shape = convolution(graph, operator);
  if (shape === undefined) return 0;
  // One input channel makes a convolution a depthwise one, whose multiplier is its number of filters.
  const isFull = operator.type === 'CONV_2D' && shape.input.channels > 1;
  if (isFull) return isWide ? wideColumns(shape, vectors) : columns(shape, vectors);
  return isWide ? wideDepthwise(shape, vectors) : depthwise(shape, vectors);
}

type Vectors = KernelBuild['vectors'];

const windowSize = ({ filter }: Convolution) => filter.height * filter.width;
const isUndilated = ({ dilation }: Convolution) => dilation.height === 1 && dilation.width === 1;
/** The wide kernels with DSP instructions take windows of fewer elements. */
const wideLimit = 512;

function columns(shape: Convolution, vectors: Vectors): number {
  const { batch, input, output, padding, stride } = shape;
  const isPlain = isUndilated(shape) && stride.height === 1 && stride.width === 1;
  const isUnpadded = padding.height === 0 && padding.width === 0;
  if (isPlain && isUnpadded && windowSize(shape) === 1 && input.channels % 4 === 0) return 0;
  const elements = windowSize(shape) * input.channels;
  const isOneRow = output.height === 1 && input.height === 1 && shape.filter.height === 1 && batch === 1;
  if (vectors !== 'mve') return 4 * elements;
  return isOneRow && output.width % 4 === 0 && isUndilated(shape) ? 0 : 4 * alignUp(elements, 8);
}

function wideColumns(shape: Convolution, vectors: Vectors): number {
  const elements = windowSize(shape) * shape.input.channels;
  return vectors === 'dsp' && elements < wideLimit && isUndilated(shape) ? 4 * elements : 0;
}

function depthwise(shape: Convolution, vectors: Vectors): number {
  const { batch, input, output } = shape;
  if (input.channels !== output.channels || batch !== 1 || !isUndilated(shape)) return 0;
  if (vectors === 'mve') return 4 * depthwiseBlockChannels * windowSize(shape);
  return vectors === 'dsp' ? 2 * input.channels * windowSize(shape) : 0;
}

function wideDepthwise(shape: Convolution, vectors: Vectors): number {
  const elements = windowSize(shape) * shape.input.channels;
  const isOnlyOne = shape.input.channels === shape.output.channels;
  if (!isOnlyOne || !isUndilated(shape) || elements >= wideLimit) return 0;
  return vectors === 'mve' ? 8 * elements + 8 : vectors === 'dsp' ? 2 * elements : 0;
}
