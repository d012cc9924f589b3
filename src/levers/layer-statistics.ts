import type { FloatRunner } from '../calibrate/float-runner.ts';
import type { DataSet } from '../data/data-set.ts';
import { concreteShape, tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { WeightedLayer } from './layer-weights.ts';
import { addPatches, type PatchWindow, patchLength, patchWindow } from './patches.ts';

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

/** The layers whose input can be cut into patches, with how. */
export function windowed(
  graph: Graph,
  layers: readonly WeightedLayer[],
): readonly { readonly layer: WeightedLayer; readonly window: PatchWindow }[] {
  return layers.flatMap((layer) => {
    const window = patchWindow(graph, layer);
    return window === undefined ? [] : [{ layer, window }];
  });
}
