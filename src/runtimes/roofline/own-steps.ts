import type { Graph } from '../../graph/graph.ts';
import type { NpuStep } from './npu-estimate.ts';
import { precisionOf } from './work.ts';

/** A graph as a compiler meets it that takes every operator as it stands. */
export function ownSteps(graph: Graph): { readonly graph: Graph; readonly steps: readonly NpuStep[] } {
  const steps = graph.operators.map((operator, index) => ({
    operator,
    index,
    isInteger: precisionOf(graph, operator) === 'int8',
  }));
  return { graph, steps };
}
