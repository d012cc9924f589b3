import type { Progress } from '../basics/progress.ts';
import { bindInputs } from '../data/bind-inputs.ts';
import type { DataSet } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { refuseNaN } from '../data/refuse-nan.ts';
import { releaseSample } from '../data/release-sample.ts';
import { isConstant, tensorAt } from '../graph/access.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import type { Finding } from '../measurement/measurement.ts';
import type { Histogram } from './histogram.ts';
import { observedRange } from './observed-range.ts';
import { openRecorder, type Wanted } from './open-recorder.ts';
import type { Observer, Range } from './range.ts';
import { isSynthetic } from './synthetic.ts';

export interface CalibrationOptions {
  /** How ranges are chosen; `mse` by default. */
  readonly observer?: Observer;
  /** Samples to use at most, spread evenly over the set; 512 by default. */
  readonly samples?: number;
  /** Steps that the integers will have, for `mse` and `entropy`: 255 for int8 (default), 65535 for int16. */
  readonly levels?: number;
  readonly progress?: Progress;
}

/** What running a float model on samples showed. */
export interface Calibration {
  /** Real numbers that the integers of a tensor should span, for every observed float tensor that is no constant; holds 0. Not yet rounded (`roundRange`). */
  readonly ranges: ReadonlyMap<TensorId, Range>;
  /** Samples that were run. */
  readonly samples: number;
  readonly findings: readonly Finding[];
}

/**
 * Runs a float graph of either dialect on samples, one in memory at a time, and chooses the range of each observed tensor from the values that it took.
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when it fails on a sample, the data set does not fit the model or a sample holds NaN, or no kernel runs an operator of a `.tflite`
 */
export async function calibrate(
  graph: Graph,
  observed: readonly TensorId[],
  data: DataSet,
  options: CalibrationOptions = {},
): Promise<Calibration> {
  const { observer = 'mse' } = options;
  const by = await calibrateBy([observer], graph, observed, data, options);
  return by(observer);
}

/** What `calibrate` gives by an observer; found when it is asked for. */
export type CalibrationBy = (observer: Observer) => Calibration;

/** Runs the graph on the samples once for all of some observers; where some values are not finite, twice. @throws see `calibrate` */
export async function calibrateBy(
  wanted: readonly Observer[],
  graph: Graph,
  observed: readonly TensorId[],
  data: DataSet,
  options: Omit<CalibrationOptions, 'observer'> = {},
): Promise<CalibrationBy> {
  const watched = [...new Set(observed)].filter((id) => isComputedFloat(tensorAt(graph, id)));
  const indices = spread(data.count, options.samples ?? 512);
  const recordedOf = (what: Wanted): Promise<Recording> =>
    record(graph, watched, data, indices, what, options.progress);
  const needsCounts = wanted.some((observer) => observer !== 'min-max');
  const first = await recordedOf(needsCounts ? 'distribution' : 'extremes');
  const isVague = !first.isExact && first.histograms.some(({ strays }) => strays > 0);
  const { histograms } = isVague ? await recordedOf('everything') : first;
  const strange = watched.filter((_, index) => (histograms[index]?.strays ?? 0) > 0);
  const findings = [...aboutStrays(graph, strange), ...aboutSamples(data, indices.length)];
  return (observer) => {
    const found = histograms.map((histogram) => observedRange(histogram, observer, options.levels));
    const ranges = new Map(watched.map((id, index) => [id, found[index] ?? { min: 0, max: 0 }]));
    return { ranges, samples: indices.length, findings };
  };
}

interface Recording {
  readonly histograms: readonly Histogram[];
  /** Whether values that are not finite were told from others. */
  readonly isExact: boolean;
}

/** Runs the samples with these indices, one in memory at a time. */
async function record(
  graph: Graph,
  watched: readonly TensorId[],
  data: DataSet,
  indices: readonly number[],
  wanted: Wanted,
  progress: Progress | undefined,
): Promise<Recording> {
  if (watched.length === 0) return { histograms: [], isExact: true };
  const inputs = modelInputs(graph);
  const recorder = await openRecorder(graph, watched, wanted, indices.length);
  try {
    for (const [recorded, index] of indices.entries()) {
      const sample = await data.sample(index);
      refuseNaN(sample, index, data.path);
      const bound = bindInputs(sample, inputs, data.path);
      await recorder.record(bound, recorded);
      releaseSample(data, sample, bound);
      progress?.(recorded + 1, indices.length);
    }
    return { histograms: await recorder.histograms(), isExact: recorder.seesEverything };
  } finally {
    await recorder.close();
  }
}

function isComputedFloat(tensor: Tensor): boolean {
  return !isConstant(tensor) && (tensor.dtype === 'float32' || tensor.dtype === 'unknown');
}

/** At most `most` of `count` indices, evenly spread. */
function spread(count: number, most: number): readonly number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, index) => Math.floor((index * count) / taken));
}

function aboutStrays(graph: Graph, [first]: readonly TensorId[]): readonly Finding[] {
  if (first === undefined) return [];
  const { name } = tensorAt(graph, first);
  return [
    {
      code: 'calibration-not-finite',
      severity: 'warning',
      where: name.slice(0, 400),
      message: `In calibration the float model computed values that are not finite, first in tensor "${name.slice(0, 400)}"; they were left out of its range.`,
    },
  ];
}

function aboutSamples(data: DataSet, used: number): readonly Finding[] {
  if (isSynthetic(data)) {
    const message =
      'There is no calibration data: ranges come from random inputs and may not hold for real ones, so accuracy is unknown. Name a calibration set.';
    return [{ code: 'synthetic-calibration', severity: 'warning', message }];
  }
  if (used >= 10) return [];
  const message = `${data.path} has only ${data.count} calibration samples; ranges from fewer than 10 seldom hold for others.`;
  return [{ code: 'few-calibration-samples', severity: 'warning', message }];
}
