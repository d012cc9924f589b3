import type { Graph, TensorId } from '../../graph/graph.ts';
import type { Board } from '../../targets/board.ts';
import { cpuUnit, unitMilliseconds } from '../roofline/time.ts';
import { operatorWork, precisionOf } from '../roofline/work.ts';
import type { ExecutedOperator } from './executed-graph.ts';

/**
 * Milliseconds of one operator as ONNX Runtime executes it on an application core, by the core's roofline; `computed` as `computedTensors` gives it for the graph.
 * `undefined` for boards whose core has none.
 */
export function operatorMilliseconds(
  graph: Graph,
  step: ExecutedOperator,
  board: Board,
  computed: ReadonlySet<TensorId>,
): number | undefined {
  const unit = cpuUnit(board, 'onnxruntime');
  if (unit === undefined) return undefined;
  const precision = step.isInteger ? 'int8' : precisionOf(graph, step.operator);
  return unitMilliseconds(operatorWork(graph, step.operator, computed), unit, precision);
}
