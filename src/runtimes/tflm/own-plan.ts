import type { Graph } from '../../graph/graph.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { tflmArena } from './arena/arena.ts';
import type { KernelBuild } from './kernels.ts';
import { withoutPlan } from './offline-plan/plan-offline.ts';

/** Memory of a model; where its file carries a plan, with what the interpreter's own planner would make of the same buffers, if that needs other memory. */
export function withOwnPlan(memory: Memory, graph: Graph, build: KernelBuild): Memory {
  const unplanned = withoutPlan(graph);
  if (unplanned === graph) return memory;
  const { arenaUsed, arenaRequired, buffers } = tflmArena(unplanned, build).memory;
  return arenaRequired === memory.arenaRequired
    ? memory
    : { ...memory, ownPlan: { arenaUsed, arenaRequired, buffers } };
}
