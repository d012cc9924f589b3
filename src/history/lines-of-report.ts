import type { CommitDetails } from '../changes/commit-details.ts';
import type { Comparison } from '../judge/comparison.ts';
import type { GateReport } from '../report/report-schema.ts';
import type { Measurement } from '../runtimes/measurement.ts';
import { metricNames } from '../runtimes/metric-names.ts';
import type { History } from './files.ts';
import type { HistoryLine, RecordedMetric } from './line.ts';
import { latestBefore } from './series.ts';

/** What a measurement comes to in a line about a commit. */
export function lineOf(
  commit: CommitDetails,
  gate: string,
  target: { readonly name: string; readonly id: string },
  measurement: Measurement,
): HistoryLine {
  return {
    v: 1,
    commit: commit.sha,
    time: commit.time,
    subject: subjectOf(commit.message),
    model: measurement.model.path,
    target: target.name,
    targetId: target.id,
    gate,
    sha256: measurement.model.sha256,
    recipe: measurement.artifact.recipe,
    metrics: metricsOf(measurement),
  };
}

/**
 * The lines that a report of a push adds to what is known: a line for each model of the head that was measured, and one for the base
 * where the history does not know yet what the push changed it from. `base` is absent where nothing is known of that commit.
 */
export function linesOfReport(
  { comparisons, gate }: Pick<GateReport, 'comparisons' | 'gate'>,
  commits: { readonly head: CommitDetails; readonly base?: CommitDetails },
  known: History,
): readonly HistoryLine[] {
  return comparisons.flatMap((comparison) => [
    ...(commits.base === undefined ? [] : baseLine(comparison, gate, commits.base, known)),
    ...headLine(comparison, gate, commits.head),
  ]);
}

function headLine(
  { head, model, previousPath, target, targetId }: Comparison,
  gate: string,
  commit: CommitDetails,
): readonly HistoryLine[] {
  if (head === null) return [];
  const line = { ...lineOf(commit, gate, { name: target, id: targetId }, head), model };
  return [previousPath === undefined || previousPath === model ? line : { ...line, was: previousPath }];
}

function baseLine(
  { base, model, previousPath = model, state, target, targetId }: Comparison,
  gate: string,
  commit: CommitDetails,
  known: History,
): readonly HistoryLine[] {
  if (base === null || state === 'unchanged') return [];
  const line = { ...lineOf(commit, gate, { name: target, id: targetId }, base), model: previousPath };
  const before = latestBefore(known, line);
  return before?.sha256 === line.sha256 ? [] : [line];
}

function metricsOf(measurement: Measurement): HistoryLine['metrics'] {
  return Object.fromEntries(
    metricNames.flatMap((name): readonly (readonly [string, RecordedMetric])[] => {
      const metric = measurement[name];
      if (metric === null) return [];
      const { value, basis, bound } = metric;
      return [[name, bound === undefined ? [value, basis] : [value, basis, bound]]];
    }),
  );
}

/** The first line of a message; of a merged pull request its title, which GitHub writes below a line that names branches. */
export function subjectOf(message: string): string {
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim());
  const merged = /^Merge pull request #(\d{1,9}) from \S+$/.exec(first);
  const title = rest.find((line) => line !== '');
  const subject = merged === null || title === undefined ? first : `${title} (#${merged[1]})`;
  return [...subject].slice(0, 120).join('');
}
