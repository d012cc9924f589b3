import type { FloatRunner } from '../calibrate/float-runner.ts';
import type { DataSet } from '../data/data-set.ts';
import { concreteShape, tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { WeightedLayer } from './layer-weights.ts';
import { addPatches, gatherPatch, type PatchWindow, patchLength, patchWindow } from './patches.ts';

/** Opens a graph so that tensors can be watched; the float runner, or one that gives the real values of an integer graph. */
export type OpenRunner = (graph: Graph, watched: readonly TensorId[]) => Promise<FloatRunner>;

/** Which samples are run. */
export interface Samples {
  readonly data: DataSet;
  /** At most, spread evenly over the set; 64 by default. */
  readonly samples?: number;
}

/** Indices of at most `most` of `count` samples, evenly spread. */
export function spreadSamples({ data, samples = 64 }: Samples): readonly number[] {
  const taken = Math.min(data.count, samples);
  return Array.from({ length: taken }, (_, index) => Math.floor((index * data.count) / taken));
}

/** Runs the samples one after the other; `see` gets the watched tensors' values, which the next sample writes over. */
export async function watch(
  graph: Graph,
  watched: readonly TensorId[],
  samples: Samples,
  open: OpenRunner,
  see: (values: ReadonlyMap<TensorId, Float32Array>) => void,
): Promise<void> {
  const runner = await open(graph, [...new Set(watched)]);
  try {
    for (const index of spreadSamples(samples)) see(await runner.run(await samples.data.sample(index)));
  } finally {
    await runner.close();
  }
}

/** What calibration sees of a tensor, by index along one axis. */
export interface ChannelStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly smallest: Float64Array;
  readonly largest: Float64Array;
}

/** Statistics per channel of tensors, each along its axis. Tensors whose shape is not known are left out. */
export async function channelStatistics(
  graph: Graph,
  axes: ReadonlyMap<TensorId, number>,
  samples: Samples,
  open: OpenRunner,
): Promise<ReadonlyMap<TensorId, ChannelStatistics>> {
  const sums = new Map(
    [...axes].flatMap(([id, axis]) => {
      const shape = concreteShape(tensorAt(graph, id).shape);
      if (shape === undefined) return [];
      const count = shape[axis] ?? 1;
      const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
      const array = () => new Float64Array(count);
      const seen: { perChannel: number } = { perChannel: 0 };
      const largest = array().fill(Number.NEGATIVE_INFINITY);
      const smallest = array().fill(Number.POSITIVE_INFINITY);
      return [[id, { count, inner, seen, sum: array(), squares: array(), smallest, largest }] as const];
    }),
  );
  await watch(graph, [...sums.keys()], samples, open, (values) => {
    for (const [id, { count, inner, seen, sum, squares, smallest, largest }] of sums) {
      const elements = values.get(id);
      if (elements === undefined) continue;
      seen.perChannel += elements.length / count;
      for (let index = 0, within = 0, channel = 0; index < elements.length; index += 1) {
        const value = elements[index] as number;
        (sum[channel] as number) += value;
        (squares[channel] as number) += value * value;
        if (value < (smallest[channel] as number)) smallest[channel] = value;
        if (value > (largest[channel] as number)) largest[channel] = value;
        within += 1;
        if (within === inner) {
          within = 0;
          channel = channel + 1 === count ? 0 : channel + 1;
        }
      }
    }
  });
  return new Map(
    [...sums]
      .filter(([, { seen }]) => seen.perChannel > 0)
      .map(([id, { seen, sum, squares, smallest, largest }]) => {
        const mean = sum.map((total) => total / seen.perChannel);
        const variance = squares.map((total, channel) =>
          Math.max(0, total / seen.perChannel - (mean[channel] as number) ** 2),
        );
        return [id, { mean, variance, smallest, largest }];
      }),
  );
}

/** The mean of the patches that a layer's filter sees, over samples and positions, padding included; by index of the operator. */
export async function patchMeans(
  graph: Graph,
  layers: readonly WeightedLayer[],
  samples: Samples,
  open: OpenRunner,
): Promise<ReadonlyMap<number, Float64Array>> {
  const parts = windowed(graph, layers).map((part) => ({
    ...part,
    total: new Float64Array(patchLength(part.window)),
    count: 0,
  }));
  await watch(
    graph,
    parts.map(({ layer }) => layer.input),
    samples,
    open,
    (values) => {
      for (const part of parts) {
        const input = values.get(part.layer.input);
        if (input === undefined) continue;
        const { window, total } = part;
        addPatches(input, window, total);
        part.count += window.outputHeight * window.outputWidth;
      }
    },
  );
  return new Map(
    parts
      .filter(({ count }) => count > 0)
      .map(({ layer, total, count }) => [layer.index, total.map((sum) => sum / count)]),
  );
}

function windowed(
  graph: Graph,
  layers: readonly WeightedLayer[],
): readonly { readonly layer: WeightedLayer; readonly window: PatchWindow }[] {
  return layers.flatMap((layer) => {
    const window = patchWindow(graph, layer);
    return window === undefined ? [] : [{ layer, window }];
  });
}

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
    const columns = Array.from({ length: layer.groups }, (_, group) =>
      Uint32Array.from(
        { length },
        (_unused, at) => Math.floor(at / perGroup) * layer.inputChannels + group * perGroup + (at % perGroup),
      ),
    );
    const matrices = columns.map(() => new Float64Array(length * length));
    const array = () => new Float64Array(patchLength(window));
    return [{ layer, window, columns, matrices, patch: array(), sums: array(), count: 0 }];
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
        const { window, patch } = part;
        const positions = window.outputHeight * window.outputWidth;
        const taken = Math.min(positions, patchesPerSample);
        for (let step = 0; step < taken; step += 1) {
          const position = Math.floor(((step + 0.5) * positions) / taken);
          gatherPatch(input, window, Math.floor(position / window.outputWidth), position % window.outputWidth, patch);
          for (let column = 0; column < patch.length; column += 1)
            (part.sums[column] as number) += patch[column] as number;
          for (const [group, columns] of part.columns.entries())
            addProducts(part.matrices[group] as Float64Array, columns, patch);
        }
        part.count += taken;
      }
    },
  );
  for (const { matrices, columns } of parts) for (const matrix of matrices) mirror(matrix, columns[0]?.length ?? 0);
  return new Map(
    parts.map(({ layer, columns, matrices, sums, count }) => [layer.index, { columns, matrices, sums, count }]),
  );
}

/** Adds x·xᵀ to the lower triangle. */
function addProducts(matrix: Float64Array, columns: Uint32Array, patch: Float64Array): void {
  const length = columns.length;
  for (let row = 0; row < length; row += 1) {
    const value = patch[columns[row] as number] as number;
    if (value === 0) continue;
    const start = row * length;
    for (let column = 0; column <= row; column += 1) {
      (matrix[start + column] as number) += value * (patch[columns[column] as number] as number);
    }
  }
}

function mirror(matrix: Float64Array, length: number): void {
  for (let row = 0; row < length; row += 1) {
    for (let column = 0; column < row; column += 1)
      matrix[column * length + row] = matrix[row * length + column] as number;
  }
}
