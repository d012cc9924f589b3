import { tensorAt } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { liveness } from '../../graph/liveness.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { alignUp } from '../plan/buffers.ts';
import { placeSideBySide, plannedBuffersLimit } from '../plan/greedy.ts';
import type { Part } from '../runtime.ts';
import facts from './memory-facts.json' with { type: 'json' };
import { planBestFit } from './plan.ts';
import { xnnpackBytes } from './xnnpack-bytes.ts';

/** `kDefaultArenaAlignment`, tensorflow/lite/arena_planner.h. */
const alignment = 64;

/** What an interpreter holds in memory. */
export interface InterpreterMemory {
  readonly memory: Memory;
  readonly parts: readonly Part[];
  readonly peakBytes: number;
  /** Mean relative error: of what depends on the model as fitted, of the library's pages what they vary by. */
  readonly error: number;
  readonly liveBytes: readonly number[];
}

/** What interpreters of ai-edge-litert were found to hold beside what is counted: the counts that `memory-facts.json` has a coefficient for. */
export interface InterpreterCounts {
  /** 1 where XNNPACK takes an operator. */
  readonly delegates: number;
  readonly operators: number;
  readonly packedBytes: number;
  readonly pointerBytes: number;
  readonly plannedBytes: number;
}

/** Of a graph with all that it calls, `plannedBytes` the sum of their plans. */
export function interpreterCounts(graph: Graph, plannedBytes: number, pointerBytes: number): InterpreterCounts {
  const graphs = [graph, ...graph.subgraphs];
  const found = graphs.flatMap((each) => each.operators.map((operator) => xnnpackBytes(each, operator, pointerBytes)));
  return {
    delegates: found.some(({ isTaken }) => isTaken) ? 1 : 0,
    operators: found.length,
    packedBytes: found.reduce((sum, { packed }) => sum + packed, 0),
    pointerBytes: found.reduce((sum, { pointers }) => sum + pointers, 0),
    plannedBytes,
  };
}

/**
 * Memory of a process from LiteRT's side: the library's mapped pages, the interpreter, the model mapped from its file, constants as XNNPACK packs them again,
 * its pointers to rows, and the activations, planned by size. The coefficients were fitted to measured interpreters, see `memory-facts.json`.
 */
export function interpreterMemory(graph: Graph, modelBytes: number, pointerBytes: 4 | 8 = 8): InterpreterMemory {
  const { lifetimes, liveBytes, lowerBound } = liveness(graph);
  const requests = lifetimes.map(({ bytes = 0, first, last }) => ({ bytes: alignUp(bytes, alignment), first, last }));
  const plan =
    requests.length > plannedBuffersLimit
      ? placeSideBySide(requests)
      : planBestFit(requests, Math.max(0, graph.operators.length - 1));
  const nested = graph.subgraphs.reduce((sum, each) => sum + planOf(each), 0);
  const activations = plan.bytes + nested;
  const counts = interpreterCounts(graph, activations, pointerBytes);
  const { interpreter } = facts;
  const parts: readonly Part[] = [
    { name: 'LiteRT library', bytes: facts.library.mappedBytes, shared: 'runtime' },
    {
      name: 'interpreter',
      bytes:
        interpreter.bytes +
        interpreter.bytesOfXnnpack * counts.delegates +
        interpreter.bytesPerOperator * counts.operators,
    },
    { name: 'model, mapped', bytes: modelBytes },
    { name: 'constants, packed', bytes: counts.packedBytes },
    { name: 'pointers to rows', bytes: counts.pointerBytes },
    { name: 'activations', bytes: Math.round(interpreter.bytesPerPlannedByte * activations) },
  ];
  const peakBytes = totalBytes(parts);
  const { mappedBytes, error } = facts.library;
  const uncertainBytes = error * mappedBytes + interpreter.error * (peakBytes - mappedBytes - modelBytes);
  return {
    memory: {
      arenaUsed: plan.bytes,
      arenaRequired: plan.bytes,
      lowerBound,
      buffers: lifetimes.map(({ tensor, first, last }, index) => ({
        tensor: tensorAt(graph, tensor).name.slice(0, 400),
        offset: plan.offsets[index] ?? 0,
        bytes: requests[index]?.bytes ?? 0,
        first,
        last,
      })),
    },
    parts,
    peakBytes,
    error: Math.round((1000 * uncertainBytes) / peakBytes) / 1000,
    liveBytes,
  };
}

function planOf(graph: Graph): number {
  const requests = liveness(graph).lifetimes.map(({ bytes = 0, first, last }) => ({
    bytes: alignUp(bytes, alignment),
    first,
    last,
  }));
  return planBestFit(requests, Math.max(0, graph.operators.length - 1)).bytes;
}
