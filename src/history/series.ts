import type { Metric } from '../measurement/measurement.ts';
import type { MetricName } from '../measurement/metric-names.ts';
import type { History } from './files.ts';
import { type HistoryLine, metricOf } from './line.ts';

/** All that is recorded of a model on a target, oldest first; under its earlier paths too, where it was renamed. */
export interface Series {
  readonly model: string;
  readonly target: string;
  readonly lines: readonly HistoryLine[];
}

/** A recorded value, and how it differs from the one before it. */
export interface Point {
  readonly line: HistoryLine;
  readonly metric: Metric;
  /** `null` for the first. */
  readonly change: number | null;
}

/** A commit that moved a value. */
export interface Move {
  readonly line: HistoryLine;
  readonly from: number;
  readonly to: number;
  /** True where the model's file stayed the same: settings, the board or the gate's version moved it. */
  readonly sameModel: boolean;
  /** The version of the gate that measured before, where it is another. */
  readonly gateBefore: string | undefined;
}

/** Every model on every target that a history knows by its latest path, by path and target. */
export function allSeries(history: History): readonly Series[] {
  const byName = new Map<string, HistoryLine[]>();
  for (const line of history.lines) {
    const name = nameOf(line.model, line.target);
    const lines = byName.get(name);
    if (lines === undefined) byName.set(name, [line]);
    else lines.push(line);
  }
  const successors = new Set(
    history.lines.flatMap(({ was, target }) => (was === undefined ? [] : [nameOf(was, target)])),
  );
  return [...byName]
    .flatMap(([name, lines]): readonly Series[] => {
      const last = lines.at(-1);
      if (last === undefined) return [];
      const { model, target } = last;
      // A path that was renamed away and not used again is told under its new name.
      const isGone = successors.has(name) && byName.has(name) && isRenamedAway(history, last);
      return isGone ? [] : [{ model, target, lines: withEarlierNames(byName, lines) }];
    })
    .sort((one, other) =>
      one.model === other.model ? compare(one.target, other.target) : compare(one.model, other.model),
    );
}

/** What is recorded of a model on a target, under the path that it had before where there is nothing under its own; empty where there is nothing at all. */
export type SeriesIndex = (model: string, target: string, previousPath?: string) => Series;

/** A history to be looked up in. */
export function indexSeries(history: History): SeriesIndex {
  const byName = new Map(allSeries(history).map((series) => [nameOf(series.model, series.target), series]));
  return (model, target, previousPath = model) =>
    byName.get(nameOf(model, target)) ?? byName.get(nameOf(previousPath, target)) ?? { model, target, lines: [] };
}

/** What was recorded last of a line's model on its target, at its time or before. */
export function latestBefore(history: History, { model, target, time }: HistoryLine): HistoryLine | undefined {
  return history.lines.findLast((line) => line.model === model && line.target === target && line.time <= time);
}

/** The recorded values of a metric, oldest first. */
export function pointsOf({ lines }: Pick<Series, 'lines'>, name: MetricName): readonly Point[] {
  let before: number | undefined;
  return lines.flatMap((line) => {
    const metric = metricOf(line, name);
    if (metric === null) return [];
    const change = before === undefined ? null : metric.value - before;
    before = metric.value;
    return [{ line, metric, change }];
  });
}

/** The commit that moved a value last; `undefined` where it never moved. */
export function lastMove(points: readonly Point[]): Move | undefined {
  const index = points.findLastIndex(({ change }) => change !== null && change !== 0);
  const [before, after] = [points[index - 1], points[index]];
  if (before === undefined || after === undefined) return undefined;
  return {
    line: after.line,
    from: before.metric.value,
    to: after.metric.value,
    sameModel: before.line.sha256 === after.line.sha256,
    gateBefore: before.line.gate === after.line.gate ? undefined : before.line.gate,
  };
}

/** Renames are followed back; a circle of them ends where it began. */
function withEarlierNames(
  byName: ReadonlyMap<string, readonly HistoryLine[]>,
  own: readonly HistoryLine[],
): readonly HistoryLine[] {
  let lines = own;
  const seen = new Set<string>();
  for (;;) {
    const [first] = lines;
    if (first?.was === undefined) return lines;
    const name = nameOf(first.was, first.target);
    if (seen.has(name)) return lines;
    seen.add(name);
    const earlier = (byName.get(name) ?? []).filter((line) => line.time <= first.time && line.commit !== first.commit);
    if (earlier.length === 0) return lines;
    lines = [...earlier, ...lines];
  }
}

function isRenamedAway(history: History, last: HistoryLine): boolean {
  return history.lines.some(
    ({ was, target, time }) => was === last.model && target === last.target && time >= last.time,
  );
}

function nameOf(model: string, target: string): string {
  return JSON.stringify([model, target]);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
