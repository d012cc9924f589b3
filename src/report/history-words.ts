import { formatDifference, formatRelative, formatValue } from '../basics/format.ts';
import type { Move, Point } from '../history/series.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { MetricName } from '../measurement/metric-names.ts';

/** The day of a commit, by the clock of Greenwich: `2026-11-03`. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** A commit as people name it. */
export function shortId(commit: string): string {
  return commit.slice(0, 7);
}

/** `64 KiB → 71.2 KiB`. */
export function moveValues({ from, to }: Pick<Move, 'from' | 'to'>, name: MetricName): string {
  const { quantity } = metricWords[name];
  return `${formatValue(from, quantity)} → ${formatValue(to, quantity)}`;
}

/** What moved a value where it was not the model: `settings`, or `gate 1.0.0 → 1.1.0`; nothing where the model's file changed with it. */
export function moveReason({ sameModel, gateBefore, line }: Move): string {
  if (gateBefore !== undefined) return `gate ${gateBefore} → ${line.gate}`;
  return sameModel ? 'same model, other settings' : '';
}

/** The change to a value from the one before it: `+7.2 KiB (+11.3 %)`, `±0`, nothing for the first. */
export function pointChange({ metric, change }: Point, name: MetricName): string {
  if (change === null) return '';
  if (change === 0) return '±0';
  const { quantity } = metricWords[name];
  const before = metric.value - change;
  const relative = before === 0 || quantity === 'ratio' ? '' : ` (${formatRelative(change / before)})`;
  return `${formatDifference(change, quantity)}${relative}`;
}
