import { tensorAt } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { liveness } from '../../graph/liveness.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { alignUp } from '../plan/buffers.ts';
import { planWithinLimit } from '../plan/greedy.ts';

/** Where activations live when buffers are planned by size, and what is alive while each operator runs. `index` gives an operator's place in the artifact, where that is another. */
export function plannedActivations(
  graph: Graph,
  alignment: number,
  index: (position: number) => number = (position) => position,
): { readonly memory: Memory; readonly liveBytes: readonly number[] } {
  const { lifetimes, liveBytes, lowerBound } = liveness(graph);
  const requests = lifetimes.map(({ bytes = 0, first, last }) => ({ bytes: alignUp(bytes, alignment), first, last }));
  const plan = planWithinLimit(requests);
  const buffers = lifetimes.map(({ tensor, first, last }, position) => ({
    tensor: tensorAt(graph, tensor).name.slice(0, 400),
    offset: plan.offsets[position] ?? 0,
    bytes: requests[position]?.bytes ?? 0,
    first: index(first),
    last: index(last),
  }));
  return { memory: { arenaUsed: plan.bytes, arenaRequired: plan.bytes, lowerBound, buffers }, liveBytes };
}
