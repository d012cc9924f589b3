import type { Operator } from '../../graph/graph.ts';
import { fastAdd, fastSubtract } from './add.ts';
import { fastConvolution } from './convolution.ts';
import { fastDepthwiseConvolution } from './depthwise-convolution.ts';
import { fastFullyConnected } from './fully-connected.ts';
import type { FastKernel } from './kernel.ts';

const fastKernels: Readonly<Record<string, FastKernel>> = {
  ADD: fastAdd,
  CONV_2D: fastConvolution,
  DEPTHWISE_CONV_2D: fastDepthwiseConvolution,
  FULLY_CONNECTED: fastFullyConnected,
  SUB: fastSubtract,
};

/** The fast kernel of an operator; `undefined` when there is none. */
export function fastKernelOf(operator: Operator): FastKernel | undefined {
  return operator.domain === '' && Object.hasOwn(fastKernels, operator.type) ? fastKernels[operator.type] : undefined;
}
