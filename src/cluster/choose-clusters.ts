import { tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type ClusteredWeights, type ClusterOptions, clusterWeights } from './cluster-weights.ts';
import { weightTensors } from './weight-tensors.ts';

export interface ChooseOptions extends Pick<ClusterOptions, 'scope'> {
  /** How far the outputs of a graph are above what differs from the graph that is clustered, in decibels. */
  readonly decibels: (graph: Graph) => Promise<number>;
  /** What is to be left of that in the end. */
  readonly leastDecibels: number;
}

export interface ChosenClusters extends ClusteredWeights {
  /** Of the graph that was made. */
  readonly decibels: number;
}

const mostBits = 7;

/**
 * Clusters weights with as few bits per layer as the outputs allow. Layers have their turn by size, the largest first, each with those before it clustered;
 * so far it may use as much of the noise that is allowed as it and they have of the bytes:
 *
 *     layers, by size   w₀ 60 %   w₁ 30 %   w₂ 10 %
 *     noise allowed     60 %      90 %      100 %       of 10^(−leastDecibels / 10)
 *
 * A layer that does not get by on 7 bits stays as it is, and what it leaves is for those after it.
 */
export async function chooseClusters(graph: Graph, options: ChooseOptions): Promise<ChosenClusters> {
  const { scope, decibels, leastDecibels } = options;
  const order = weightTensors(graph)
    .map(({ tensor }) => ({ tensor, bytes: tensorAt(graph, tensor).data?.length ?? 0 }))
    .sort((a, b) => b.bytes - a.bytes || a.tensor - b.tensor);
  const total = order.reduce((sum, { bytes }) => sum + bytes, 0);
  const chosen = new Map<TensorId, number>();
  const clustered = (): ClusteredWeights => clusterWeights(graph, { bits: (tensor) => chosen.get(tensor), scope });
  let reached = Number.POSITIVE_INFINITY;
  let seen = 0;
  for (const { tensor, bytes } of order) {
    seen += bytes;
    const least = leastDecibels - 10 * Math.log10(seen / total);
    // The fewest bits that are enough, by halves: more bits change less.
    let [low, high] = [1, mostBits + 1];
    while (low < high) {
      const bits = Math.floor((low + high) / 2);
      chosen.set(tensor, bits);
      const left = await decibels(clustered().graph);
      if (left >= least) [high, reached] = [bits, left];
      else low = bits + 1;
    }
    if (high > mostBits) chosen.delete(tensor);
    else chosen.set(tensor, high);
  }
  return { ...clustered(), decibels: reached };
}
