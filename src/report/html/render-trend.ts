import type { History } from '../../history/files.ts';
import { allSeries, pointsOf } from '../../history/series.ts';
import { metricNames } from '../../measurement/metric-names.ts';
import { htmlDocument } from './html-document.ts';
import { type TrendData, trendElementId } from './trend-data.ts';
import { script, style } from './trend-page.bundle';

/** Commits of a model on a target that are drawn, the latest. */
const valuesLimit = 300;
/** Models on targets that are drawn, those that moved last. */
const seriesLimit = 500;

/** A history as a page, one HTML file; `repository` is the address of the repository that its commits are in. */
export function renderTrend(history: History, repository?: string): string {
  return htmlDocument({
    title: 'Models over time',
    script,
    style,
    dataElementId: trendElementId,
    data: trendData(history, repository),
  });
}

/** What the page shows of a history. */
function trendData(history: History, repository?: string): TrendData {
  const places = new Map<string, number>();
  const commits: (readonly [string, number, string])[] = [];
  const placeOf = (commit: string, time: number, subject: string): number => {
    const known = places.get(commit);
    if (known !== undefined) return known;
    places.set(commit, commits.length);
    return commits.push([commit, time, subject]) - 1;
  };
  const latest = allSeries(history)
    .toSorted((one, other) => (other.lines.at(-1)?.time ?? 0) - (one.lines.at(-1)?.time ?? 0))
    .slice(0, seriesLimit);
  const kept = new Set(latest.map(({ model, target }) => JSON.stringify([model, target])));
  const series = allSeries(history)
    .filter(({ model, target }) => kept.has(JSON.stringify([model, target])))
    .map((one) => ({
      model: one.model,
      target: one.target,
      values: Object.fromEntries(
        metricNames.flatMap((name) => {
          const points = pointsOf(one, name).slice(-valuesLimit);
          const values = points.map(
            ({ line, metric }) =>
              [
                placeOf(line.commit, line.time, line.subject),
                metric.value,
                metric.basis === 'modelled' ? 1 : 0,
              ] as const,
          );
          return values.length === 0 ? [] : [[name, values]];
        }),
      ),
    }));
  return { commits, series, commitAddress: commitAddressOf(repository) };
}

/** Nothing but a plain address becomes a link. */
function commitAddressOf(repository: string | undefined): string | null {
  return repository !== undefined && /^https?:\/\/[\w.:-]+(\/[\w.~-]+)+$/.test(repository)
    ? `${repository}/commit/`
    : null;
}
