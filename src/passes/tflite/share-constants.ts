import { createHash } from 'node:crypto';
import type { ModelExtras } from '../../formats/tflite/extras.ts';
import { modelExtras } from '../../formats/tflite/extras.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { mapSubgraphs } from './subgraphs.ts';

/**
 * Lets constants with equal bytes, in all subgraphs and metadata, be one object, so that the file holds them once.
 * Their tensors stay apart: two may read the same bytes with different shapes, types or scales.
 */
export function shareConstants(graph: Graph): Graph {
  const known = new Map<string, Uint8Array>();
  const knownStrings = new Map<string, readonly Uint8Array[]>();
  const shareBytes = (bytes: Uint8Array): Uint8Array => first(known, digest([bytes]), bytes);
  const shareTensor = (tensor: Tensor): Tensor => {
    if (tensor.data !== undefined) return { ...tensor, data: shareBytes(tensor.data) };
    if (tensor.strings === undefined) return tensor;
    return { ...tensor, strings: first(knownStrings, digest(tensor.strings), tensor.strings) };
  };
  const shared = mapSubgraphs(graph, (subgraph) => ({ ...subgraph, tensors: subgraph.tensors.map(shareTensor) }));
  const { metadata } = modelExtras(graph);
  if (metadata === undefined) return shared;
  const extras: ModelExtras = {
    ...modelExtras(shared),
    metadata: metadata.map(({ name, data }) => ({ name, data: shareBytes(data) })),
  };
  return { ...shared, extras };
}

function first<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  known.set(key, value);
  return value;
}

function digest(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
