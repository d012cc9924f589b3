import type { KernelCost } from '../src/targets/board.ts';
import type { TflmCore } from './tflm-reference.ts';

/**
 * Instructions of kernels that the fitted models do not have, read off their inner loops as gcc 12.2 compiles the published sources
 * (tensorflow/tflite-micro 90b983c, ARM-software/CMSIS-NN 99f736a) with -O2 for the core.
 */
export const compiledLoops: Readonly<Record<TflmCore, Readonly<Record<string, KernelCost>>>> = { m4: {}, m55: {} };
