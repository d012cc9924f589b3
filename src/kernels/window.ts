import { intAttribute, stringAttribute } from '../graph/access.ts';
import type { Operator } from '../graph/graph.ts';
import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';
import type { Value } from './values.ts';

/** How a window of `kernelHeight` × `kernelWidth` moves over an image of [batch, height, width, channels]. */
export interface Window {
  readonly batches: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly inputChannels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Rows above and columns left of the image that the first window covers. */
  readonly padTop: number;
  readonly padLeft: number;
}

/** The window of a convolution or pooling operator. @throws UserError when a tensor is not of rank 4 */
export function windowOf(node: Node, image: Value, result: Value, kernelHeight: number, kernelWidth: number): Window {
  const { operator } = node;
  const [batches = 1, inputHeight = 1, inputWidth = 1, inputChannels = 1] = rank4(node, image);
  const [, outputHeight = 1, outputWidth = 1, outputChannels = 1] = rank4(node, result);
  const strideHeight = intAttribute(operator, 'stride_h', 1);
  const strideWidth = intAttribute(operator, 'stride_w', 1);
  const dilationHeight = intAttribute(operator, 'dilation_h_factor', 1);
  const dilationWidth = intAttribute(operator, 'dilation_w_factor', 1);
  return {
    batches,
    inputHeight,
    inputWidth,
    inputChannels,
    outputHeight,
    outputWidth,
    outputChannels,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: padding(operator, inputHeight, kernelHeight, strideHeight, dilationHeight),
    padLeft: padding(operator, inputWidth, kernelWidth, strideWidth, dilationWidth),
  };
}

/** The shape of a tensor that has to have four axes. @throws UserError when it has not */
export function rank4(node: Node, value: Value): readonly number[] {
  if (value.shape.length !== 4) refuse(node, `"${value.name}" has ${value.shape.length} axes where 4 are needed`);
  return value.shape;
}

/** Padding before the first element; `SAME` puts the smaller half there (TensorFlow Lite, `ComputePaddingHeightWidth`). */
function padding(operator: Operator, size: number, kernel: number, stride: number, dilation: number): number {
  if (stringAttribute(operator, 'padding', 'SAME') !== 'SAME') return 0;
  const covered = (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1;
  return Math.max(0, Math.floor((covered - size) / 2));
}
