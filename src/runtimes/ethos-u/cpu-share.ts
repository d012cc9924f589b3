import type { Graph, Operator } from '../../graph/graph.ts';
import type { Board } from '../../targets/board.ts';
import { operatorTimer } from '../roofline/operator-timer.ts';
import { cpuUnit } from '../roofline/time.ts';
import { operatorCost } from '../tflm/cycles.ts';

/** Gives the milliseconds of each operator of a graph on the board's CPU: TensorFlow Lite Micro's kernels on a microcontroller, a roofline on an application core; `undefined` where neither is known. */
export function cpuTimer(graph: Graph, board: Board): (operator: Operator) => number | undefined {
  const unit = cpuUnit(board, 'ethos-u');
  const byRoofline = unit === undefined ? undefined : operatorTimer(graph, unit);
  return (operator) => operatorCost(graph, operator, board)?.milliseconds ?? byRoofline?.(operator);
}
