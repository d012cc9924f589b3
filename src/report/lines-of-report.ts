import type { CommitDetails } from '../changes/commit-details.ts';
import type { History } from '../history/files.ts';
import type { HistoryLine } from '../history/line.ts';
import { lineOf } from '../history/line-of-commit.ts';
import { latestBefore } from '../history/series.ts';
import type { Comparison } from '../judge/comparison.ts';
import type { GateReport } from './report-schema.ts';

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
