import * as z from 'zod';
import { type Metric, metricSchema } from '../measurement/measurement.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';

/** Seconds since 1970 of the last moment that a month file can be named after: the end of the year 9999. */
const lastSecond = 253_402_300_799;

/** The id of a commit, in full. */
export const commitIdSchema = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

/** Value, basis, and a bound where the true value is at least, or at most, that: `[65536,"exact"]`. In the unit that the metric has in a Measurement. */
const recordedMetricSchema = z.union([
  z.tuple([z.number(), metricSchema.shape.basis]),
  z.tuple([z.number(), metricSchema.shape.basis, metricSchema.shape.bound.unwrap()]),
]);

/** What one commit's model came to on one target: a line of the history. Strict and capped, because the branch that holds it may be anybody's. */
export const historyLineSchema = z.strictObject({
  v: z.literal(1),
  commit: commitIdSchema,
  /** When it was committed, in seconds since 1970. */
  time: z.number().int().min(0).max(lastSecond),
  /** The first line of its message. */
  subject: z.string().max(200),
  model: z.string().min(1).max(4096),
  /** The path before this commit, where it renamed the model. */
  was: z.string().min(1).max(4096).optional(),
  /** `Target.name` and `Target.id`. */
  target: z.string().min(1).max(200),
  targetId: z.string().max(200),
  /** The version of the gate that measured. */
  gate: z.string().max(40),
  /** Of the model's file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** What made the artifact of the model. */
  recipe: z.string().max(400),
  metrics: z.partialRecord(z.enum(metricNames), recordedMetricSchema),
});
export type HistoryLine = z.infer<typeof historyLineSchema>;
export type RecordedMetric = z.infer<typeof recordedMetricSchema>;

/** The most characters of a line that is read. */
const lineCharactersLimit = 16 * 1024;

/** The line of a text, or `undefined` where it is none of this version. */
export function parseLine(text: string): HistoryLine | undefined {
  if (text.length > lineCharactersLimit) return undefined;
  try {
    const parsed = historyLineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** A line as it is written: one line of JSON, the same for the same content. */
export function lineText(line: HistoryLine): string {
  return JSON.stringify(historyLineSchema.parse(line));
}

/** What a line is about; a commit, a model and a target have one line. */
export function keyOf({ commit, model, target }: Pick<HistoryLine, 'commit' | 'model' | 'target'>): string {
  return JSON.stringify([commit, model, target]);
}

/** A metric as a Measurement has it, without what a line leaves out: its error and its source. */
export function metricOf(line: HistoryLine, name: MetricName): Metric | null {
  const recorded = line.metrics[name];
  if (recorded === undefined) return null;
  const [value, basis, bound] = recorded;
  return { value, unit: units[name], basis, ...(bound === undefined ? {} : { bound }) };
}

const units: Readonly<Record<MetricName, Metric['unit']>> = {
  peakRam: 'B',
  flash: 'B',
  dataMemory: 'B',
  weightMemory: 'B',
  latency: 'ms',
  energy: 'mJ',
  accuracy: 'ratio',
  accelerated: 'ratio',
  averagePower: 'mW',
  duty: 'ratio',
  batteryLife: 'days',
};
