import { type WeightedLayer, weightPlaces } from './layer-weights.ts';
import type { PatchMoments } from './patch-moments.ts';

/** The weights of one output channel in the order of the columns of its group's moments. */
export interface PatchRow {
  readonly channel: number;
  readonly group: number;
  /** Index in the layer's weights, by position in the group's columns. */
  readonly indices: Uint32Array;
}

/** Where the weights of each output channel lie; a group's rows follow each other. */
export function patchRows(layer: WeightedLayer, { columns }: PatchMoments): readonly PatchRow[] {
  const { output, column } = weightPlaces(layer);
  const length = columns[0]?.length ?? 0;
  const place = new Uint32Array(layer.positions * layer.inputChannels);
  for (const own of columns) for (const [at, patchColumn] of own.entries()) place[patchColumn] = at;
  const all = new Uint32Array(layer.outputChannels * length);
  for (let index = 0; index < output.length; index += 1) {
    all[(output[index] as number) * length + (place[column[index] as number] as number)] = index;
  }
  const perGroup = layer.outputChannels / layer.groups;
  return Array.from({ length: layer.outputChannels }, (_, channel) => ({
    channel,
    group: Math.floor(channel / perGroup),
    indices: all.subarray(channel * length, (channel + 1) * length),
  }));
}

/** Mean and covariance of the patches of a group, the covariance row-major. */
export function covarianceOf(
  moments: PatchMoments,
  group: number,
): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const columns = moments.columns[group] ?? new Uint32Array(0);
  const mean = Float64Array.from(columns, (column) => (moments.sums[column] as number) / moments.count);
  const { length } = mean;
  const covariance = new Float64Array(length * length);
  const matrix = moments.matrices[group] as Float64Array;
  for (let row = 0, index = 0; row < length; row += 1) {
    const own = mean[row] as number;
    for (let column = 0; column < length; column += 1, index += 1) {
      covariance[index] = (matrix[index] as number) / moments.count - own * (mean[column] as number);
    }
  }
  return { mean, covariance };
}
