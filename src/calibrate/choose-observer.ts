import type { DataSet } from '../data/data-set.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type Calibration, type CalibrationOptions, openCalibration } from './calibrate.ts';
import { type Observer, observers, type Range } from './range.ts';

/** Ranges by the observer that keeps a model nearest to what it computed in float. */
export interface ObserverChoice extends Calibration {
  readonly observer: Observer;
  /** What each observer scored on the samples that were held out; in the order in which they were tried. */
  readonly scores: ReadonlyMap<Observer, number>;
}

/**
 * Scores a graph that is made integer with ranges, higher is better.
 * @param held samples that had no part in the ranges
 */
export type ScoreRanges = (ranges: ReadonlyMap<TensorId, Range>, held: DataSet) => Promise<number>;

/** One in so many samples is held out. */
const heldOneIn = 4;
/** Below, there is nothing to hold out: every sample is used for both. */
const fewestToHold = 8;

/**
 * Runs a float graph on samples once, as `calibrate` does, and tries every observer on what was recorded: which one is best depends on the model, as clipping an outlier that carries
 * the answer costs more than the steps that it saves. Scored on samples that are held out, which join the others once the observer is chosen. Of equals the first is taken, min-max.
 * @param score e.g. how near the integer graph comes to the float graph, in decibels
 * @throws see `calibrate`; what `score` throws
 */
export async function chooseObserver(
  graph: Graph,
  observed: readonly TensorId[],
  data: DataSet,
  score: ScoreRanges,
  options: Omit<CalibrationOptions, 'observer'> = {},
): Promise<ObserverChoice> {
  const calibration = await openCalibration(graph, observed, data, options);
  try {
    const { indices } = calibration;
    const isHeld = (position: number) => indices.length >= fewestToHold && position % heldOneIn === heldOneIn - 1;
    const fit = indices.filter((_, position) => !isHeld(position));
    const held = indices.filter((_, position) => isHeld(position));
    const others = part(data, held.length === 0 ? indices : held);
    await calibration.record(fit);
    const scores = new Map<Observer, number>();
    let best: { readonly observer: Observer; readonly score: number } | undefined;
    for (const observer of observers) {
      const found = await score((await calibration.result(observer)).ranges, others);
      scores.set(observer, found);
      if (best === undefined || found > best.score) best = { observer, score: found };
    }
    await calibration.record(held);
    const { observer } = best ?? { observer: 'min-max' };
    return { ...(await calibration.result(observer)), observer, scores };
  } finally {
    await calibration.close();
  }
}

function part(data: DataSet, indices: readonly number[]): DataSet {
  return {
    ...data,
    labels: undefined,
    count: indices.length,
    sample: (index) => data.sample(indices[index] ?? -1),
  };
}
