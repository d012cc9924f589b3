import type { DataSet } from '../data/data-set.ts';
import type { Metric } from '../measurement/measurement.ts';
import type { AccuracyMetric } from './accuracy-metric.ts';

/** Accuracy with the outcome of every sample (1: right) and the class that was answered, or why there is none. */
export type Accuracy =
  | { readonly metric: Metric; readonly correct: Uint8Array; readonly answers: Answers }
  | { readonly metric: null; readonly reason: string };

/** A model's answer to every sample of an evaluation set: the class that it finds most likely. */
export interface Answers {
  readonly labels: Int32Array;
  readonly chosen: Int32Array;
  readonly classes: number;
}

/** The share of right answers as a metric that says on what and by what it was measured. */
export function accuracyOf(
  correct: Uint8Array,
  answers: Answers,
  metric: AccuracyMetric,
  { path }: Pick<DataSet, 'path'>,
  runner: string,
): Accuracy {
  const right = correct.reduce((sum, outcome) => sum + outcome, 0);
  const source = `${metric} of ${correct.length} samples of ${path}, run by ${runner}`;
  return {
    metric: { value: right / correct.length, unit: 'ratio', basis: 'measured', source: source.slice(0, 400) },
    correct,
    answers,
  };
}
