import { tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type ClusteredWeights, type ClusterOptions, clusterWeights } from './cluster-weights.ts';
import { weightTensors } from './weight-tensors.ts';

export interface ChooseOptions extends Pick<ClusterOptions, 'scope' | 'layers'> {
  /** Bits that may be chosen; without it 2 to 6. */
  readonly bits?: readonly number[];
  /** How good a graph is, larger is better: accuracy on a data set. */
  readonly evaluate: (graph: Graph) => Promise<number>;
  /** What may be lost of the first graph's value in all. */
  readonly maximumLoss: number;
  /** Told after each evaluation. */
  readonly progress?: (done: number, most: number) => void;
}

export interface ChosenClusters extends ClusteredWeights {
  /** What `evaluate` said of the graph before and after. */
  readonly values: readonly [number, number];
}

/**
 * Clusters weights with as few bits per layer as a measured value allows: layers in order of their size, each with the fewest bits with which the graph,
 * all layers before it clustered, is not worse than allowed; a layer that allows none stays as it is.
 */
export async function chooseClusters(graph: Graph, options: ChooseOptions): Promise<ChosenClusters> {
  const { scope, layers, evaluate, maximumLoss, progress = () => undefined } = options;
  const bits = [...(options.bits ?? [2, 3, 4, 5, 6])].sort((a, b) => a - b);
  const order = weightTensors(graph)
    .map(({ tensor }) => ({ tensor, bytes: tensorAt(graph, tensor).data?.length ?? 0 }))
    .filter(({ tensor }) => layers?.has(tensor) ?? true)
    .sort((a, b) => b.bytes - a.bytes || a.tensor - b.tensor);
  const chosen = new Map<TensorId, number>();
  const clustered = (): ClusteredWeights => clusterWeights(graph, { bits: (tensor) => chosen.get(tensor), scope });
  const before = await evaluate(graph);
  let value = before;
  let done = 0;
  for (const { tensor } of order) {
    for (const own of bits) {
      chosen.set(tensor, own);
      const tried = await evaluate(clustered().graph);
      progress(++done, order.length * bits.length);
      if (tried >= before - maximumLoss) {
        value = tried;
        break;
      }
      chosen.delete(tensor);
    }
  }
  return { ...clustered(), values: [before, value] };
}
