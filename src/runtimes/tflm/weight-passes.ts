import type { Graph, Operator } from '../../graph/graph.ts';
import { convolution } from './convolution.ts';
import type { KernelBuild } from './kernels.ts';

/**
 * How often the kernel of an operator goes through all its weights, by the order of its loops: a cache that doesn't hold them all has to fetch them as often.
 * `reference_ops::Conv` takes every filter for each position of the output (tensorflow/tflite-micro 90b983c), `arm_convolve_s8` for every two positions, with MVE every four;
 * `arm_convolve_1x1_s8_fast` takes each filter once for all positions, with a stride once for each row (CMSIS-NN 99f736a). Other kernels are taken to read their weights once.
 */
export function weightPasses(graph: Graph, operator: Operator, kernel: string, build: KernelBuild): number {
  const shape = operator.type === 'CONV_2D' ? convolution(graph, operator) : undefined;
  if (shape === undefined) return 1;
  const { batch, output, stride } = shape;
  const positions = output.height * output.width;
  if (build.library !== 'cmsis-nn' || kernel === 'conv/float32') return batch * positions;
  if (kernel.startsWith('conv-1x1/')) return stride.height === 1 && stride.width === 1 ? 1 : batch * output.height;
  return batch * Math.ceil(positions / (build.vectors === 'mve' ? 4 : 2));
}
