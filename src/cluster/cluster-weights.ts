import { concreteShape, tensorAt } from '../graph/access.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import { clusterCentres, nearest } from './cluster-values.ts';
import { type WeightTensor, weightTensors } from './weight-tensors.ts';

export interface ClusterOptions {
  /** Bits of an index into a table of the values: weights share at most 2^bits values. 1 to 7; a function where tensors differ, `undefined` leaves one as it is. */
  readonly bits: number | ((tensor: TensorId) => number | undefined);
  /** Whether values are shared by all of a tensor, or by each of its output channels. */
  readonly scope: 'tensor' | 'channel';
  /** Tensors to cluster; all weights without it. */
  readonly layers?: ReadonlySet<TensorId>;
}

/** What clustering did to a tensor. */
interface ClusteredTensor {
  readonly tensor: TensorId;
  readonly name: string;
  readonly bits: number;
  /** Power of the weights over power of the change, in decibels; infinite where nothing changed. Integers count by their scales. */
  readonly sqnrDb: number;
}

export interface ClusteredWeights {
  readonly graph: Graph;
  readonly report: readonly ClusteredTensor[];
}

/**
 * Makes weights of convolutions and dense layers share few values, those with the smallest squared error: k-means in one dimension, solved exactly.
 * Float weights of either dialect keep their order when they are quantised afterwards, so that a channel has at most as many integers;
 * int8 weights of TensorFlow Lite graphs become other int8 codes, channels counted by their scales, with quantisation as it was.
 * Sparse weights stay sparse. Biases stay.
 * @throws RangeError for bits outside 1 to 7
 */
export function clusterWeights(graph: Graph, { bits, scope, layers }: ClusterOptions): ClusteredWeights {
  const tensors: Tensor[] = [...graph.tensors];
  const report: ClusteredTensor[] = [];
  for (const weights of weightTensors(graph)) {
    const own = typeof bits === 'number' ? bits : bits(weights.tensor);
    if (own === undefined || layers?.has(weights.tensor) === false) continue;
    if (!Number.isInteger(own) || own < 1 || own > 7) throw new RangeError(`clusters of ${own} bits`);
    const tensor = tensorAt(graph, weights.tensor);
    const { data, sqnrDb } = clusterTensor(tensor, weights, 2 ** own, scope);
    tensors[weights.tensor] = { ...tensor, data };
    report.push({ tensor: weights.tensor, name: tensor.name, bits: own, sqnrDb });
  }
  return report.length === 0 ? { graph, report } : { graph: { ...graph, tensors }, report };
}

function clusterTensor(
  tensor: Tensor,
  { axis }: WeightTensor,
  count: number,
  scope: ClusterOptions['scope'],
): { readonly data: Uint8Array; readonly sqnrDb: number } {
  const bytes = (tensor.data ?? new Uint8Array()).slice();
  const isWhole = tensor.dtype === 'int8';
  const values = isWhole ? new Int8Array(bytes.buffer) : new Float32Array(bytes.buffer);
  const shape = concreteShape(tensor.shape) ?? [];
  const channels = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const channelOf = (index: number) => Math.floor(index / inner) % channels;
  const { scale = [], zeroPoint = [] } = tensor.quantization ?? {};
  const scaleAt = (index: number) => scale[scale.length > 1 ? channelOf(index) : 0] ?? 1;
  const zeroAt = (index: number) => (isWhole ? (zeroPoint[zeroPoint.length > 1 ? channelOf(index) : 0] ?? 0) : 0);

  const groups: number[][] = Array.from({ length: scope === 'tensor' ? 1 : channels }, () => []);
  for (let index = 0; index < values.length; index++) {
    groups[scope === 'tensor' ? 0 : channelOf(index)]?.push(index);
  }
  let [signal, noise] = [0, 0];
  for (const group of groups) {
    // Zero points are taken off, so that zero is what a sparse tensor has most of.
    const own = group.map((index) => (values[index] ?? 0) - zeroAt(index));
    const weightOf = (position: number) => (isWhole ? scaleAt(group[position] ?? 0) ** 2 : 1);
    const centres = clusterCentres(own, weightOf, count, isWhole);
    group.forEach((index, position) => {
      const before = own[position] ?? 0;
      const after = nearest(centres, before);
      values[index] = after + zeroAt(index);
      signal += weightOf(position) * before ** 2;
      noise += weightOf(position) * (after - before) ** 2;
    });
  }
  return { data: bytes, sqnrDb: noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise) };
}
