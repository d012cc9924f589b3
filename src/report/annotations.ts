import { plain } from '../basics/plain.ts';
import type { Comparison, Judgement } from '../judge/comparison.ts';
import { badness } from '../judge/worst-verdict.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
import { groupFindings } from './group-findings.ts';
import { judgementWords } from './judgement-words.ts';
import { worstFirst, worstJudgementsFirst } from './order.ts';
import type { GateReport } from './report-schema.ts';
import { objectionsOf, scheduleJudgementWords, worstSchedulesFirst } from './schedule-words.ts';

/** A line beside the code. `file` is relative to the repository. Plain text; whoever prints it escapes it for the runner. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

/** The runner keeps ten of a level and step, and drops the rest without a word (`_maxCountPerIssueType` in actions/runner's ExecutionContext.cs). */
export const annotationsLimit = 10;

/**
 * What the report objects to, worst first: `limit` at most, all levels together, and where there are more the last says how many.
 * A budget's annotation stands on its line in the configuration, all others on the model.
 */
export function annotationsOf(report: GateReport, limit = annotationsLimit): readonly Annotation[] {
  const all = [
    ...report.problems.map((problem) => runAnnotation(report, problem)),
    ...worstFirst(report.comparisons).flatMap((comparison) => comparisonAnnotations(report, comparison)),
    ...worstSchedulesFirst(report.schedules).flatMap((schedule) => scheduleAnnotations(report, schedule)),
  ].sort((left, right) => rank(left) - rank(right));
  if (all.length <= limit) return all;
  const more = all.length - (limit - 1);
  const rest = all.slice(limit - 1);
  const level = rest.some((annotation) => annotation.level === 'error') ? 'error' : 'warning';
  return [
    ...all.slice(0, limit - 1),
    { level, title: 'edge-ready-gate', message: `and ${more} more; the job summary has all of them` },
  ];
}

function rank({ level }: Annotation): number {
  return ['error', 'warning', 'notice'].indexOf(level);
}

function runAnnotation({ configPath }: GateReport, problem: string): Annotation {
  return {
    level: 'error',
    title: 'Could not be judged',
    message: plain(problem, 500),
    ...(configPath !== null && problem.includes(configPath) ? { file: configPath } : {}),
  };
}

function comparisonAnnotations(report: GateReport, comparison: Comparison): readonly Annotation[] {
  const place = comparison.head === null ? {} : { file: comparison.model };
  const title = plain(`${comparison.model} on ${comparison.target}`, 200);
  const errors = groupFindings((comparison.head?.findings ?? []).filter(({ severity }) => severity === 'error'));
  return [
    ...comparison.problems.map((problem) => ({
      level: 'error' as const,
      title,
      message: plain(problem, 500),
      ...place,
    })),
    ...errors.map(({ message, where }) => ({
      level: 'error' as const,
      title,
      message: plain(`${where === undefined ? '' : `${where}: `}${message}`, 500),
      ...place,
    })),
    ...worstJudgementsFirst(comparison)
      .filter(
        ({ verdict }) => badness(verdict) > 0 && !(errors.length > 0 && verdict === 'fail' && isUnmeasured(comparison)),
      )
      .map((judgement) => judgementAnnotation(report, judgement, title, place)),
  ];
}

function scheduleAnnotations({ configPath }: GateReport, schedule: ScheduleResult): readonly Annotation[] {
  const title = plain(`schedule of ${schedule.target}`, 200);
  const { line } = schedule;
  const place = configPath === null || line === undefined ? {} : { file: configPath, line };
  return [
    ...schedule.problems.map(
      (problem): Annotation => ({ level: 'error', title, message: plain(problem, 500), ...place }),
    ),
    ...objectionsOf(schedule).map(
      (judgement): Annotation => ({
        level: judgement.verdict === 'warn' ? 'warning' : 'error',
        title,
        message: plain(scheduleJudgementWords(judgement), 500),
        ...place,
      }),
    ),
  ];
}

/** True when nothing could be measured, so that every budget would repeat what the finding says. */
function isUnmeasured({ head }: Comparison): boolean {
  return head !== null && head.peakRam === null && head.flash === null && head.latency === null;
}

function judgementAnnotation(
  { configPath }: GateReport,
  judgement: Judgement,
  title: string,
  place: { readonly file?: string },
): Annotation {
  const { budget, verdict } = judgement;
  const inConfig =
    configPath !== null && budget.line !== undefined && budget.origin.startsWith(configPath)
      ? { file: configPath, line: budget.line }
      : place;
  return {
    level: verdict === 'warn' ? 'warning' : 'error',
    title,
    message: plain(`${judgementWords(judgement)} (${budget.origin})`, 500),
    ...inConfig,
  };
}
