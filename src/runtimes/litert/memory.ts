import { tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { liveness } from '../../graph/liveness.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Memory } from '../measurement.ts';
import { alignUp } from '../plan/buffers.ts';
import { placeSideBySide, plannedBuffersLimit } from '../plan/greedy.ts';
import type { Part } from '../runtime.ts';
import facts from './memory-facts.json' with { type: 'json' };
import { planBestFit } from './plan.ts';

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

/**
 * Memory of a process from LiteRT's side: the library's mapped pages, the interpreter, the model mapped from its file, constants as XNNPACK packs them again,
 * and the activations, planned by size. The coefficients were fitted to measured interpreters, see `memory-facts.json`.
 */
export function interpreterMemory(graph: Graph, modelBytes: number): InterpreterMemory {
  const graphs = [graph, ...graph.subgraphs];
  const { lifetimes, liveBytes, lowerBound } = liveness(graph);
  const requests = lifetimes.map(({ bytes = 0, first, last }) => ({ bytes: alignUp(bytes, alignment), first, last }));
  const plan =
    requests.length > plannedBuffersLimit
      ? placeSideBySide(requests)
      : planBestFit(requests, Math.max(0, graph.operators.length - 1));
  const nested = graph.subgraphs.reduce((sum, each) => sum + planOf(each), 0);
  const activations = plan.bytes + nested;
  const constants = graphs.reduce((sum, each) => sum + constantBytes(each), 0);
  const { interpreter } = facts;
  const parts: readonly Part[] = [
    { name: 'LiteRT library', bytes: facts.library.mappedBytes, shared: 'runtime' },
    {
      name: 'interpreter',
      bytes:
        interpreter.bytes + interpreter.bytesPerOperator * graphs.reduce((sum, each) => sum + each.operators.length, 0),
    },
    { name: 'model, mapped', bytes: modelBytes },
    { name: 'constants, packed', bytes: Math.round(interpreter.bytesPerConstantByte * constants) },
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

/** Bytes of what is read and never computed. */
function constantBytes(graph: Graph): number {
  return graph.tensors.reduce((sum, tensor) => sum + (tensor.data === undefined ? 0 : (tensorBytes(tensor) ?? 0)), 0);
}
