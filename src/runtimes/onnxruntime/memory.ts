import type { Graph } from '../../graph/graph.ts';
import { nestedGraphs } from '../../graph/traversal.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { plannedActivations } from '../estimate/planned-activations.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
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
  const placeOf = (position: number) => executed.steps[position]?.index ?? position;
  const { memory, liveBytes } = plannedActivations(executed.graph, alignment, placeOf);
  const weightBytes = constantBytes(graph);
  const parts: readonly Part[] = [
    { name: 'ONNX Runtime library', bytes: facts.library.privateBytes + facts.library.mappedBytes, shared: 'runtime' },
    { name: 'session', bytes: Math.round(facts.session.bytes + facts.session.bytesPerOperator * operatorCount(graph)) },
    { name: 'weights', bytes: Math.round(facts.session.bytesPerWeightByte * weightBytes) },
    // Sessions share an allocator of their environment (`session.use_env_allocators`).
    { name: 'activations', bytes: memory.arenaRequired, shared: 'arena' },
  ];
  return {
    memory,
    parts,
    peakBytes: totalBytes(parts),
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
