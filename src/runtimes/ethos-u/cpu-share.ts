import { concreteShape, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { Board } from '../../targets/board.ts';
import { operatorCost } from '../tflm/cycles.ts';

/** Milliseconds of an operator on the board's CPU: TensorFlow Lite Micro's kernels on a microcontroller, a roofline on an application core; `undefined` where neither is known. */
export function cpuMilliseconds(graph: Graph, operator: Operator, board: Board): number | undefined {
  const cost = operatorCost(graph, operator, board);
  if (cost !== undefined) return cost.milliseconds;
  const roofline = board.core.roofline;
  const bandwidth = board.memoryBytesPerSecond?.value;
  if (roofline === undefined || bandwidth === undefined) return undefined;
  const ids = [...operator.inputs, ...operator.outputs].flatMap((id) => id ?? []);
  const tensors = ids.flatMap((id) => graph.tensors[id] ?? []);
  const bytes = tensors.reduce((sum, tensor) => sum + (tensorBytes(tensor) ?? 0), 0);
  const elements = concreteShape(tensors.at(-1)?.shape)?.reduce((product, extent) => product * extent, 1) ?? 0;
  const speeds = roofline.macsPerCycle[tensors.at(-1)?.dtype === 'float32' ? 'float' : 'int8'];
  const macs = operatorMacs(graph, operator);
  const cycles = macs > 0 ? macs / speeds[kindOf(operator)] : elements / speeds.other;
  const seconds = Math.max(cycles / board.clockHz.value, bytes / bandwidth);
  return seconds * 1e3 + roofline.launchMicroseconds.value / 1e3;
}

function kindOf({ type }: Operator): 'convolution' | 'depthwise' | 'dense' | 'other' {
  if (type === 'DEPTHWISE_CONV_2D') return 'depthwise';
  if (type === 'FULLY_CONNECTED' || type === 'BATCH_MATMUL') return 'dense';
  return type.includes('CONV') ? 'convolution' : 'other';
}
