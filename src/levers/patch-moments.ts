import type { Graph } from '../graph/graph.ts';
import { type OpenRunner, type Samples, watch, windowed } from './layer-statistics.ts';
import type { WeightedLayer } from './layer-weights.ts';
import { gatherPatch, patchLength } from './patches.ts';

/** Second moments of the patches that a layer's filter sees, one matrix per group. */
export interface PatchMoments {
  /** Columns of the patch that each group's matrix is about, in its order; all groups have as many. */
  readonly columns: readonly Uint32Array[];
  /** Σ x·xᵀ, row-major and symmetric. */
  readonly matrices: readonly Float64Array[];
  /** Σ x over the same patches, by column of the patch. */
  readonly sums: Float64Array;
  readonly count: number;
}

/** Patches taken from a sample at most, evenly spread over the positions: neighbours say much the same. */
const patchesPerSample = 64;

/**
 * Second moments of the input patches of layers, by index of the operator. Layers whose groups see more than `longestPatch` inputs are left out:
 * their matrices would not fit.
 */
export async function patchMoments(
  graph: Graph,
  layers: readonly WeightedLayer[],
  samples: Samples,
  open: OpenRunner,
  longestPatch = 1536,
): Promise<ReadonlyMap<number, PatchMoments>> {
  const parts = windowed(graph, layers).flatMap(({ layer, window }) => {
    const perGroup = layer.inputChannels / layer.groups;
    const length = layer.positions * perGroup;
    if (length > longestPatch) return [];
    const groups = Array.from({ length: layer.groups }, (_, group) => ({
      columns: Uint32Array.from(
        { length },
        (_unused, at) => Math.floor(at / perGroup) * layer.inputChannels + group * perGroup + (at % perGroup),
      ),
      products: sumOfProducts(length),
    }));
    const array = () => new Float64Array(patchLength(window));
    return [{ layer, window, groups, patch: array(), sums: array(), count: 0 }];
  });
  await watch(
    graph,
    parts.map(({ layer }) => layer.input),
    samples,
    open,
    (values) => {
      for (const part of parts) {
        const input = values.get(part.layer.input);
        if (input === undefined) continue;
        const { window, patch, sums } = part;
        const positions = window.outputHeight * window.outputWidth;
        const taken = Math.min(positions, patchesPerSample);
        for (let step = 0; step < taken; step += 1) {
          const position = Math.floor(((step + 0.5) * positions) / taken);
          gatherPatch(input, window, Math.floor(position / window.outputWidth), position % window.outputWidth, patch);
          for (let column = 0; column < patch.length; column += 1) (sums[column] as number) += patch[column] as number;
          for (const { columns, products } of part.groups) products.add(patch, columns);
        }
        part.count += taken;
      }
    },
  );
  return new Map(
    parts.map(({ layer, groups, sums, count }) => {
      const columns = groups.map((group) => group.columns);
      return [layer.index, { columns, matrices: groups.map(({ products }) => products.matrix()), sums, count }];
    }),
  );
}

interface SumOfProducts {
  readonly add: (patch: Float64Array, columns: Uint32Array) => void;
  readonly matrix: () => Float64Array;
}

/** Σ x·xᵀ. Four vectors are added in one walk over the matrix, one after the other: the sums are those of adding each by itself. */
function sumOfProducts(length: number): SumOfProducts {
  const matrix = new Float64Array(length * length);
  const array = () => new Float64Array(length);
  const [a, b, c, d] = [array(), array(), array(), array()];
  const waiting = [a, b, c, d];
  let count = 0;
  const flush = (): void => {
    for (const unused of waiting.slice(count)) unused.fill(0);
    count = 0;
    for (let row = 0, at = 0; row < length; row += 1, at = row * length) {
      const [ofA, ofB, ofC, ofD] = [a[row] as number, b[row] as number, c[row] as number, d[row] as number];
      if (ofA === 0 && ofB === 0 && ofC === 0 && ofD === 0) continue;
      for (let column = 0; column <= row; column += 1, at += 1) {
        let sum = matrix[at] as number;
        sum += ofA * (a[column] as number);
        sum += ofB * (b[column] as number);
        sum += ofC * (c[column] as number);
        matrix[at] = sum + ofD * (d[column] as number);
      }
    }
  };
  return {
    add: (patch, columns) => {
      const own = waiting[count] as Float64Array;
      for (let at = 0; at < length; at += 1) own[at] = patch[columns[at] as number] as number;
      count += 1;
      if (count === waiting.length) flush();
    },
    matrix: () => {
      if (count > 0) flush();
      for (let row = 0; row < length; row += 1) {
        for (let column = 0; column < row; column += 1)
          matrix[column * length + row] = matrix[row * length + column] as number;
      }
      return matrix;
    },
  };
}
