import type { Operator } from '../graph/graph.ts';
import { add, subtract } from './add.ts';
import { convolution } from './convolution.ts';
import { depthwiseConvolution } from './depthwise-convolution.ts';
import { fullyConnected } from './fully-connected.ts';
import type { Kernel } from './kernel.ts';
import { reshape } from './reshape.ts';

/** Every kernel by its operator's type; custom operators as `custom:` and their code. */
const kernels: Readonly<Record<string, Kernel>> = {
  ADD: add,
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: depthwiseConvolution,
  FULLY_CONNECTED: fullyConnected,
  RESHAPE: reshape,
  SUB: subtract,
};

/** Types of all operators that have a kernel. */
export const kernelTypes: readonly string[] = Object.keys(kernels);

/** The kernel of an operator; `undefined` when there is none. */
export function kernelOf(operator: Operator): Kernel | undefined {
  const key = operator.domain === '' ? operator.type : `${operator.domain}:${operator.type}`;
  return Object.hasOwn(kernels, key) ? kernels[key] : undefined;
}
