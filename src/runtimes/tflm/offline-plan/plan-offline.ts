import { modelExtras } from '../../../formats/tflite/extras.ts';
import type { Graph } from '../../../graph/graph.ts';
import { planCompactly } from '../../plan/compact.ts';
import { plannedBuffersLimit } from '../../plan/greedy.ts';
import { tflmArena } from '../arena/arena.ts';
import { kernelRequests } from '../arena/kernel-requests.ts';
import { arenaLifetimes } from '../arena/lifetimes.ts';
import type { KernelBuild } from '../kernels.ts';
import { offlinePlanName } from './offline-plan.ts';

/** What the plan says of a tensor that it leaves to the interpreter. */
const undecided = -1;

/**
 * The model with a memory plan in its metadata that makes TensorFlow Lite Micro's arena smaller; without one where its own planner needs no more.
 *
 *     own planner                  offline plan
 *     ┌──────────┐                 ┌──────┐
 *     │          │ C               │  C   │
 *     └──────────┘        →    ┌───┴──┬───┴──┐
 *     ┌──────┐┌──────┐         │  A   │  B   │
 *     │  A   ││  B   │         └──────┴──────┘
 *     └──────┘└──────┘
 *       operators →              operators →
 *
 * Scratch buffers stay the interpreter's: it puts them between the tensors that have a place, and the plan counts with it. The plan is good for the
 * kernels of `build`; with others it still works, perhaps in more RAM. Models with several subgraphs keep what they have.
 */
export function planOffline(graph: Graph, build: KernelBuild): Graph {
  if (graph.subgraphs.length > 0) return graph;
  const unplanned = withoutPlan(graph);
  const candidates = [unplanned, graph, withPlan(unplanned, compactPlan(unplanned, build))];
  const required = candidates.map((candidate) => tflmArena(candidate, build).memory.arenaRequired);
  const least = Math.min(...required);
  return candidates.find((_, index) => required[index] === least) ?? graph;
}

/** The metadata's content: version, subgraph, number of tensors, and an offset for each tensor, as int32. */
function compactPlan(graph: Graph, build: KernelBuild): Uint8Array | undefined {
  const scratch = graph.operators.flatMap((operator, index) =>
    kernelRequests(graph, operator, build).scratch.map((bytes) => ({ bytes, subgraph: 0, operator: index })),
  );
  const { buffers } = arenaLifetimes([graph], scratch, undefined);
  if (buffers.length > plannedBuffersLimit) return undefined;
  const { offsets } = planCompactly(buffers);
  // The format has 31 bits for an offset.
  if (offsets.some((offset) => offset >= 2 ** 31)) return undefined;
  const words = new Array<number>(graph.tensors.length).fill(undecided);
  buffers.forEach(({ holds }, index) => {
    if (holds !== undefined) words[holds.tensor] = offsets[index] ?? undecided;
  });
  const data = new DataView(new ArrayBuffer(4 * (3 + words.length)));
  [0, 0, words.length, ...words].forEach((word, index) => {
    data.setInt32(4 * index, word, true);
  });
  return new Uint8Array(data.buffer);
}

/** The model without a memory plan, so that the interpreter makes its own. */
export function withoutPlan(graph: Graph): Graph {
  return withPlan(graph, undefined);
}

function withPlan(graph: Graph, plan: Uint8Array | undefined): Graph {
  const { metadata = [], ...others } = modelExtras(graph);
  const kept = metadata.filter(({ name }) => name !== offlinePlanName);
  const entries = plan === undefined ? kept : [...kept, { name: offlinePlanName, data: plan }];
  if (plan === undefined && kept.length === metadata.length) return graph;
  return { ...graph, extras: { ...others, ...(entries.length === 0 ? {} : { metadata: entries }) } };
}
