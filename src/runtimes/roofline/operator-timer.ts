import type { Graph, Operator } from '../../graph/graph.ts';
import { type RooflineUnit, unitMilliseconds } from './time.ts';
import { computedTensors, operatorWork, precisionOf } from './work.ts';

/** Gives the milliseconds of each operator of a graph on a unit, in the precision that the operator has there; see `unitMilliseconds`. */
export function operatorTimer(graph: Graph, unit: RooflineUnit): (operator: Operator) => number | undefined {
  const computed = computedTensors(graph);
  return (operator) => unitMilliseconds(operatorWork(graph, operator, computed), unit, precisionOf(graph, operator));
}
