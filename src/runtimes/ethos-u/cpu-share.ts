import type { Graph, Operator } from '../../graph/graph.ts';
import type { Board } from '../../targets/board.ts';
import { cpuUnit, unitMilliseconds } from '../roofline/time.ts';
import { computedTensors, operatorWork, precisionOf } from '../roofline/work.ts';
import { operatorCost } from '../tflm/cycles.ts';

/** Milliseconds of an operator on the board's CPU: TensorFlow Lite Micro's kernels on a microcontroller, a roofline on an application core; `undefined` where neither is known. */
export function cpuMilliseconds(graph: Graph, operator: Operator, board: Board): number | undefined {
  const cost = operatorCost(graph, operator, board);
  if (cost !== undefined) return cost.milliseconds;
  const unit = cpuUnit(board, 'ethos-u');
  if (unit === undefined) return undefined;
  return unitMilliseconds(operatorWork(graph, operator, computedTensors(graph)), unit, precisionOf(graph, operator));
}
