import { tensorAt } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { liveness } from '../../graph/liveness.ts';
import { nestedGraphs } from '../../graph/traversal.ts';
import type { Memory } from '../measurement.ts';
import { alignUp } from '../plan/buffers.ts';
import { planWithinLimit } from '../plan/greedy.ts';
import type { Part } from '../runtime.ts';
import type { ExecutedGraph } from './executed-graph.ts';
import facts from './memory-facts.json' with { type: 'json' };

/** What a session holds, and where the sum comes from. */
export interface SessionMemory {
  readonly memory: Memory;
  readonly parts: readonly Part[];
  readonly peakBytes: number;
  /** Mean relative error of the part that depends on the model. */
  readonly error: number;
  /** Bytes of activations alive while each executed operator runs. */
  readonly liveBytes: readonly number[];
}

/** Buffers are placed at multiples of this (`kAllocAlignment`, onnxruntime/core/framework/allocation_planner and mem_pattern). */
const alignment = 64;

/**
 * Memory of a process from ONNX Runtime's side: the library, the session's structures, the weights as loaded and repacked, and the activations, whose buffers
 * are planned by size. Coefficients were fitted to measured sessions: see `memory-facts.json` and `bench/onnxruntime-memory.ts`.
 */
export function sessionMemory(graph: Graph, executed: ExecutedGraph): SessionMemory {
  const { lifetimes, liveBytes, lowerBound } = liveness(executed.graph);
  const requests = lifetimes.map(({ bytes = 0, first, last }) => ({ bytes: alignUp(bytes, alignment), first, last }));
  const plan = planWithinLimit(requests);
  const weightBytes = constantBytes(graph);
  const parts: readonly Part[] = [
    { name: 'ONNX Runtime library', bytes: facts.library.privateBytes + facts.library.mappedBytes, shared: 'runtime' },
    { name: 'session', bytes: Math.round(facts.session.bytes + facts.session.bytesPerOperator * operatorCount(graph)) },
    { name: 'weights', bytes: Math.round(facts.session.bytesPerWeightByte * weightBytes) },
    // Sessions share an allocator of their environment (`session.use_env_allocators`).
    { name: 'activations', bytes: plan.bytes, shared: 'arena' },
  ];
  return {
    memory: {
      arenaUsed: plan.bytes,
      arenaRequired: plan.bytes,
      lowerBound,
      buffers: lifetimes.map(({ tensor, first, last }, index) => ({
        tensor: tensorAt(graph, tensor).name.slice(0, 400),
        offset: plan.offsets[index] ?? 0,
        bytes: requests[index]?.bytes ?? 0,
        first: executed.steps[first]?.index ?? first,
        last: executed.steps[last]?.index ?? last,
      })),
    },
    parts,
    peakBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    error: facts.session.error,
    liveBytes,
  };
}

function constantBytes(graph: Graph): number {
  const own = graph.tensors.reduce((sum, tensor) => sum + (tensor.data?.byteLength ?? 0), 0);
  return graph.operators.reduce((sum, operator) => {
    const attributes = Object.values(operator.attributes).reduce(
      (bytes, attribute) => bytes + (attribute.kind === 'tensor' ? (attribute.value.data?.byteLength ?? 0) : 0),
      0,
    );
    return nestedGraphs(operator).reduce((bytes, nested) => bytes + constantBytes(nested), sum + attributes);
  }, own);
}

function operatorCount(graph: Graph): number {
  return graph.operators.reduce(
    (count, operator) => nestedGraphs(operator).reduce((inner, nested) => inner + operatorCount(nested), count + 1),
    0,
  );
}
