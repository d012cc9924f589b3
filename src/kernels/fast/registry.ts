import type { Node } from '../kernel.ts';
import { fastAdd, fastSubtract } from './add.ts';
import { fastConvolution } from './convolution.ts';
import { fastDepthwiseConvolution } from './depthwise-convolution.ts';
import { fastFullyConnected } from './fully-connected.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import { fastPad } from './pad.ts';

const fastKernels: Readonly<Record<string, FastKernel>> = {
  ADD: fastAdd,
  CONV_2D: fastConvolution,
  DEPTHWISE_CONV_2D: fastDepthwiseConvolution,
  FULLY_CONNECTED: fastFullyConnected,
  PAD: fastPad,
  PADV2: fastPad,
  SUB: fastSubtract,
};

/** Prepares the fast kernel of an operator; `undefined` when there is none, it does not cover the case, or memory is short. */
export function prepareFast(node: Node, memory: FastMemory): (() => void) | undefined {
  const { domain, type } = node.operator;
  if (domain !== '' || !Object.hasOwn(fastKernels, type)) return undefined;
  try {
    return fastKernels[type]?.(node, memory);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
