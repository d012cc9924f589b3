import { UserError } from '../errors.ts';
import type { Comparison } from '../judge/comparison.ts';
import { worstVerdict } from '../judge/worst-verdict.ts';
import { plain } from './escape.ts';
import { compareText } from './order.ts';
import type { GateReport } from './report-schema.ts';

const sentencesLimit = 200;

/**
 * One report from the reports of several matrix legs. The verdict is the worst of all. Legs that contradict each other (another head, another
 * base, different results for the same model on the same target) are a problem, which makes it `error`; the first leg's result is kept.
 * @throws UserError when there is no report at all.
 */
export function mergeReports(reports: readonly GateReport[]): GateReport {
  const [first] = reports;
  if (first === undefined)
    throw new UserError(
      'There is no report to merge: let the measuring job upload its shards before the report job runs.',
    );
  const { comparisons, problems: clashes } = joinComparisons(reports);
  const problems = unique([...headProblems(reports), ...clashes, ...reports.flatMap((report) => report.problems)]);
  const versions = unique(reports.map(({ gate }) => gate));
  const notes = [
    ...(versions.length > 1
      ? [`The legs ran different versions of the gate: ${versions.map((version) => plain(version, 40)).join(', ')}.`]
      : []),
    ...reports.flatMap((report) => report.notes),
  ];
  return {
    schemaVersion: 1,
    gate: first.gate,
    base: first.base,
    head: first.head,
    targets: unique(reports.flatMap(({ targets }) => targets)).slice(0, 1000),
    comparisons: comparisons.slice(0, 10_000),
    notes: unique(notes).slice(0, sentencesLimit),
    problems: problems.slice(0, sentencesLimit),
    configPath: reports.find(({ configPath }) => configPath !== null)?.configPath ?? null,
    verdict: worstVerdict([
      ...(problems.length > 0 ? (['error'] as const) : []),
      ...reports.map(({ verdict }) => verdict),
      ...comparisons.map(({ verdict }) => verdict),
    ]),
  };
}

function headProblems(reports: readonly GateReport[]): readonly string[] {
  const heads = unique(reports.map(({ head }) => head.sha));
  const bases = unique(reports.map(({ base }) => base?.sha ?? 'none'));
  const names = (shas: readonly string[]) => shas.map((sha) => sha.slice(0, 7)).join(', ');
  return [
    ...(heads.length > 1 ? [`The legs measured different commits (${names(heads)}); run all of them again.`] : []),
    ...(bases.length > 1
      ? [`The legs compared with different base commits (${names(bases)}); run all of them again.`]
      : []),
  ];
}

function joinComparisons(reports: readonly GateReport[]): {
  comparisons: readonly Comparison[];
  problems: readonly string[];
} {
  const kept = new Map<string, Comparison>();
  const problems: string[] = [];
  for (const comparison of reports.flatMap((report) => report.comparisons)) {
    const key = JSON.stringify([comparison.model, comparison.target]);
    const before = kept.get(key);
    if (before === undefined) kept.set(key, comparison);
    else if (JSON.stringify(before) !== JSON.stringify(comparison)) {
      problems.push(
        plain(
          `Two legs report different results for ${comparison.model} on ${comparison.target}; give each leg its own targets.`,
        ),
      );
    }
  }
  const comparisons = [...kept.values()].sort(
    (left, right) => compareText(left.model, right.model) || compareText(left.target, right.target),
  );
  return { comparisons, problems: unique(problems) };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
