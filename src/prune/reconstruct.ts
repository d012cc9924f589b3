import type { WeightedLayer } from '../levers/layer-weights.ts';
import type { PatchMoments } from '../levers/patch-moments.ts';
import { covarianceOf, patchRows } from '../levers/patch-rows.ts';

/** Weights that make up for what is removed, and what goes into the bias. */
export interface Reconstruction {
  /** In the layer's own layout, 0 on what is removed. */
  readonly weights: Float32Array;
  readonly bias: Float64Array;
}

/** Share of the mean variance that is added to every variance, so that inputs that calibration hardly told apart do not cancel each other with huge weights. */
const ridge = 0.01;

/**
 * The weights on the inputs that are left, and the bias, with which a layer comes nearest to what it computed with all of them, in the mean square over calibration
 * (He et al. 2017, "Channel Pruning for Accelerating Very Deep Neural Networks"): with `C` the covariance of the input patches, `m` their mean, `S` what stays,
 *
 *     W' = W·C[:,S]·C[S,S]⁻¹        b' = b + W·m - W'·m[S]
 *
 * @param goes 1 for input channels that are removed
 */
export function reconstruct(
  layer: WeightedLayer,
  weights: Float32Array,
  goes: Uint8Array,
  moments: PatchMoments,
): Reconstruction {
  const result = new Float32Array(weights.length);
  const bias = new Float64Array(layer.outputChannels);
  const rows = patchRows(layer, moments);
  for (const [group, columns] of moments.columns.entries()) {
    const { length } = columns;
    const { mean, covariance } = covarianceOf(moments, group);
    const isRemoved = Uint8Array.from(columns, (column) => goes[column % layer.inputChannels] as number);
    const kept = [...columns.keys()].filter((at) => isRemoved[at] === 0);
    const solve = solver(covariance, length, kept);
    for (const { channel, indices } of rows.filter((row) => row.group === group)) {
      const own = Float64Array.from(indices, (index) => weights[index] as number);
      const removed = own.map((weight, at) => (isRemoved[at] === 1 ? weight : 0));
      // What stays keeps its weights, and takes over what can be told from it of what goes: the same as solving for all, but nearer to the old weights.
      const asked = Float64Array.from(kept, (row) => {
        let sum = 0;
        for (let at = 0; at < length; at += 1)
          sum += (covariance[row * length + at] as number) * (removed[at] as number);
        return sum;
      });
      const taken = solve(asked);
      let shift = removed.reduce((sum, weight, at) => sum + weight * (mean[at] as number), 0);
      for (const [position, at] of kept.entries()) {
        const extra = taken[position] as number;
        shift -= extra * (mean[at] as number);
        result[indices[at] as number] = (own[at] as number) + extra;
      }
      bias[channel] = shift;
    }
  }
  return { weights: result, bias };
}

/** Solves with the rows and columns `kept` of a symmetric matrix, by Cholesky factors. */
function solver(matrix: Float64Array, length: number, kept: readonly number[]): (right: Float64Array) => Float64Array {
  const size = kept.length;
  const trace = kept.reduce((sum, at) => sum + Math.max(0, matrix[at * length + at] as number), 0);
  const added = (ridge * trace) / (size || 1) || 1;
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[(kept[row] as number) * length + (kept[column] as number)] as number;
      if (row === column) sum += added;
      for (let at = 0; at < column; at += 1) {
        sum -= (lower[row * size + at] as number) * (lower[column * size + at] as number);
      }
      lower[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, added * 1e-6)) : sum / (lower[column * size + column] as number);
    }
  }
  return (right) => {
    const result = right.slice();
    for (let row = 0; row < size; row += 1) {
      let sum = result[row] as number;
      for (let at = 0; at < row; at += 1) sum -= (lower[row * size + at] as number) * (result[at] as number);
      result[row] = sum / (lower[row * size + row] as number);
    }
    for (let row = size - 1; row >= 0; row -= 1) {
      let sum = result[row] as number;
      for (let at = row + 1; at < size; at += 1) sum -= (lower[at * size + row] as number) * (result[at] as number);
      result[row] = sum / (lower[row * size + row] as number);
    }
    return result;
  };
}
