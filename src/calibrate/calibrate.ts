import type { Progress } from '../accuracy/accuracy.ts';
import { bindInputs } from '../data/bind-inputs.ts';
import type { DataSet } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { isConstant, tensorAt } from '../graph/access.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import type { Finding } from '../runtimes/measurement.ts';
import { observedRange } from './observed-range.ts';
import { openRecorder } from './open-recorder.ts';
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
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when it fails on a sample, the data set does not fit the model, or no kernel runs an operator of a `.tflite`
 */
export async function calibrate(
  graph: Graph,
  observed: readonly TensorId[],
  data: DataSet,
  options: CalibrationOptions = {},
): Promise<Calibration> {
  const { observer = 'mse' } = options;
  const run = async (extents: boolean): Promise<Calibration & { readonly strays: boolean }> => {
    const calibration = await openCalibration(graph, observed, data, options, extents);
    try {
      await calibration.record(calibration.indices);
      return await calibration.result(observer);
    } finally {
      await calibration.close();
    }
  };
  const { strays, ...found } = await run(observer === 'min-max');
  // Only counting tells values that are not finite from others.
  if (!strays || observer !== 'min-max') return found;
  const { strays: _, ...counted } = await run(false);
  return counted;
}

/** A calibration under way: samples in, ranges out at any time. */
export interface OpenCalibration {
  /** Of the samples to use, as `options.samples` asks. */
  readonly indices: readonly number[];
  /** Runs the samples with these indices. @throws UserError when the model fails on one or one does not fit it */
  readonly record: (indices: readonly number[]) => Promise<void>;
  /** Ranges from what was recorded so far; `strays` when some of it was not finite. */
  readonly result: (observer: Observer) => Promise<Calibration & { readonly strays: boolean }>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a float graph for calibration; `calibrate` is all of it.
 * @param extents whether only `min-max` will be asked for, for which nothing needs to be counted
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when there is no kernel for an operator of a `.tflite`
 */
export async function openCalibration(
  graph: Graph,
  observed: readonly TensorId[],
  data: DataSet,
  { samples = 512, levels = 255, progress }: Omit<CalibrationOptions, 'observer'> = {},
  extents = false,
): Promise<OpenCalibration> {
  const indices = spread(data.count, samples);
  const watched = [...new Set(observed)].filter((id) => isComputedFloat(tensorAt(graph, id)));
  const inputs = modelInputs(graph);
  const recorder = watched.length === 0 ? undefined : await openRecorder(graph, watched, extents, indices.length);
  let recorded = 0;
  return {
    indices,
    record: async (some) => {
      for (const index of recorder === undefined ? [] : some) {
        await recorder?.record(bindInputs(await data.sample(index), inputs, data.path), recorded);
        recorded += 1;
        progress?.(recorded, indices.length);
      }
    },
    result: async (observer) => {
      const histograms = (await recorder?.histograms()) ?? [];
      const strange = watched.filter((_, index) => (histograms[index]?.strays ?? 0) > 0);
      const ranges = histograms.map((histogram) => observedRange(histogram, observer, levels));
      return {
        ranges: new Map(watched.map((id, index) => [id, ranges[index] ?? { min: 0, max: 0 }])),
        samples: indices.length,
        findings: [...aboutStrays(graph, strange), ...aboutSamples(data, indices.length)],
        strays: strange.length > 0,
      };
    },
    close: async () => recorder?.close(),
  };
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
