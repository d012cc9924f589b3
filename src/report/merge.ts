import { plain } from '../basics/plain.ts';
import { UserError } from '../errors.ts';
import { worstVerdict } from '../judge/worst-verdict.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
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
  const comparisons = joinResults(
    reports.flatMap((report) => report.comparisons),
    ({ model, target }) => ({ key: [model, target], what: `${model} on ${target}` }),
  );
  const schedules = joinResults(reports.flatMap(numberedSchedules), ({ number, result: { target } }) => ({
    key: [target, number],
    what: `the schedule of ${target}`,
  }));
  const problems = unique([
    ...headProblems(reports),
    ...comparisons.problems,
    ...schedules.problems,
    ...reports.flatMap((report) => report.problems),
  ]);
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
    comparisons: comparisons.kept
      .toSorted((left, right) => compareText(left.model, right.model) || compareText(left.target, right.target))
      .slice(0, 10_000),
    schedules: schedules.kept
      .map(({ result }) => result)
      .toSorted((left, right) => compareText(left.target, right.target))
      .slice(0, 1000),
    notes: unique(notes).slice(0, sentencesLimit),
    problems: problems.slice(0, sentencesLimit),
    configPath: reports.find(({ configPath }) => configPath !== null)?.configPath ?? null,
    verdict: worstVerdict([
      ...(problems.length > 0 ? (['error'] as const) : []),
      ...reports.map(({ verdict }) => verdict),
      ...comparisons.kept.map(({ verdict }) => verdict),
      ...schedules.kept.map(({ result }) => result.verdict),
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

/** A target may have several schedules, which have no name; their order in the configuration tells them apart. */
function numberedSchedules({
  schedules,
}: GateReport): readonly { readonly number: number; readonly result: ScheduleResult }[] {
  const counts = new Map<string, number>();
  return schedules.map((result) => {
    const number = counts.get(result.target) ?? 0;
    counts.set(result.target, number + 1);
    return { number, result };
  });
}

/** Each result once, the first where legs contradict each other, which is a problem. */
function joinResults<T>(
  results: readonly T[],
  name: (result: T) => { readonly key: readonly (string | number)[]; readonly what: string },
): { readonly kept: readonly T[]; readonly problems: readonly string[] } {
  const kept = new Map<string, T>();
  const problems: string[] = [];
  for (const result of results) {
    const { key, what } = name(result);
    const id = JSON.stringify(key);
    const before = kept.get(id);
    if (before === undefined) kept.set(id, result);
    else if (JSON.stringify(before) !== JSON.stringify(result))
      problems.push(plain(`Two legs report different results for ${what}; give each leg its own targets.`));
  }
  return { kept: [...kept.values()], problems: unique(problems) };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
