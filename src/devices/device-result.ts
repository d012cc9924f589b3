import * as z from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { messageOf, UserError } from '../errors.ts';
import type { Metric } from '../measurement/measurement.ts';

/** One number, or one for each repeat. */
const repeats = z.union([z.number().positive(), z.array(z.number().positive()).min(1).max(100_000)], {
  error: 'a positive number is expected, or a list of them, one for each repeat',
});

/** What a device, or whoever stands for it, says of a model: milliseconds, bytes, millijoules. */
const deviceResultSchema = z.strictObject({
  /** The device as people know it: `NUCLEO-L4R5ZI no. 3, firmware 1.4`. */
  device: z.string().max(200).optional(),
  latency: repeats.optional(),
  energy: repeats.optional(),
  peakRam: z.number().int().positive().optional(),
  flash: z.number().int().positive().optional(),
});
export type DeviceResult = z.infer<typeof deviceResultSchema>;

/** The metrics that a device measured. */
export type DeviceMetrics = Readonly<Partial<Record<'peakRam' | 'flash' | 'latency' | 'energy', Metric>>>;

/** Longer answers are no results. */
export const largestResultBytes = 4 * 2 ** 20;

/**
 * Reads what a measuring command printed or a result file holds; `label` names it in errors.
 * @throws UserError saying what of it is wrong
 */
export function parseDeviceResult(text: string, label: string): DeviceResult {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${label} gave no JSON (${messageOf(error)}); it should print {"latency": [12.1, 12.3]}.`);
  }
  const result = deviceResultSchema.safeParse(content);
  if (result.success) {
    const { device: _, ...numbers } = result.data;
    if (Object.keys(numbers).length > 0) return result.data;
    throw new UserError(`${label} measured nothing: it gave none of latency, energy, peakRam, flash.`);
  }
  throw new UserError(`${label}: ${firstMistake(result.error, 'the result')}.`);
}

/** The result as metrics with basis `measured`: of repeats the median, with their relative standard deviation as `error`. */
export function deviceMetrics(result: DeviceResult, label: string): DeviceMetrics {
  const by = result.device ?? label;
  const single = (value: number | undefined, unit: Metric['unit']): Metric | undefined =>
    value === undefined ? undefined : { value, unit, basis: 'measured', source: sourceOf(by, 1) };
  const repeated = (values: DeviceResult['latency'], unit: Metric['unit']): Metric | undefined => {
    if (!Array.isArray(values)) return single(values, unit);
    const spread = values.length < 2 ? {} : { error: relativeDeviation(values) };
    return { value: median(values), unit, basis: 'measured', ...spread, source: sourceOf(by, values.length) };
  };
  const metrics = {
    latency: repeated(result.latency, 'ms'),
    energy: repeated(result.energy, 'mJ'),
    peakRam: single(result.peakRam, 'B'),
    flash: single(result.flash, 'B'),
  };
  return Object.fromEntries(Object.entries(metrics).filter(([, metric]) => metric !== undefined));
}

function sourceOf(by: string, repeats: number): string {
  return (repeats === 1 ? `on ${by}` : `median of ${repeats} repeats on ${by}`).slice(0, 400);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Standard deviation (n − 1) over the mean. */
function relativeDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.round((Math.sqrt(squares / (values.length - 1)) / mean) * 1e4) / 1e4;
}
