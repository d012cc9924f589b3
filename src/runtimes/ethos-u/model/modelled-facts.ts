import type { Graph } from '../../../graph/graph.ts';
import type { NpuConfiguration } from '../configuration.ts';
import type { NpuFacts } from '../facts.ts';
import { placements } from '../support/placements.ts';

/** What Vela would say of a model, computed without it. */
export function modelledFacts(graph: Graph, configuration: NpuConfiguration): NpuFacts {
  const operators = placements(graph, configuration.family).map((placement) => ({
    unit: placement.unit,
    cycles: 0,
    sramBytes: 0,
    weightBytes: 0,
    ...(placement.unit === 'cpu' ? { reason: placement.reason } : {}),
  }));
  return { operators, cycles: 0, sramBytes: 0, otherBytes: 0, fileBytes: 0, from: { kind: 'model' } };
}
