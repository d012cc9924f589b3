import { formatPercent, formatValue } from '../basics/format.ts';
import { plain } from '../basics/plain.ts';
import { badness } from '../judge/worst-verdict.ts';
import type { Metric } from '../measurement/measurement.ts';
import type { ScheduleJudgement, ScheduleResult, TaskResult } from '../schedule/schedule-result.ts';
import type { Policy } from '../schedule/task.ts';
import { compareText } from './order.ts';
import type { Phrase } from './phrase.ts';

/** How the core chooses, in words. */
const policyWords: Readonly<Record<Policy, string>> = {
  'non-preemptive': 'the shortest deadline first, no inference is interrupted',
  'rate-monotonic': 'the shortest period first, with interruptions',
  'deadline-monotonic': 'the shortest deadline first, with interruptions',
  edf: 'the earliest deadline first, with interruptions',
  'non-preemptive-edf': 'the earliest deadline first, no inference is interrupted',
};

/** `3 tasks, 83 % of the core (61 % in the base); the shortest deadline first, no inference is interrupted`. */
export function scheduleFacts({ tasks, base, head, policy }: ScheduleResult): string {
  const present = tasks.filter((task) => task.head !== null || task.base === null).length;
  const count = `${present} ${present === 1 ? 'task' : 'tasks'}`;
  return `${count}${loadWords(base?.utilisation ?? null, head.utilisation)}; ${policyWords[policy]}`;
}

function loadWords(before: number | null, now: number | null): string {
  if (now === null) return '';
  const was = before === null || before === now ? '' : ` (${formatPercent(before)} in the base)`;
  return `, ${formatPercent(now)} of the core${was}`;
}

/** What all models need together, with arenas as they are: `RAM ≈ 20.1 KiB with one arena for all, flash ≈ 80.2 KiB with the runtime once; average power ≈ 1.2 mW, CR2032 lasts ≈ 22 days (31 days in the base)`. */
export function togetherWords(schedule: ScheduleResult): string {
  return [memoryWords(schedule), powerWords(schedule)].filter((words) => words !== '').join('; ');
}

function memoryWords({ head: { peakRam, flash }, arenas }: ScheduleResult): string {
  const shown = (metric: Metric) => `${metric.basis === 'modelled' ? '≈ ' : ''}${formatValue(metric.value, 'B')}`;
  const how = arenas === 'shared' ? 'one arena for all' : 'an arena for each';
  return [
    ...(peakRam === null ? [] : [`RAM ${shown(peakRam)} with ${how}`]),
    ...(flash === null ? [] : [`flash ${shown(flash)} with the runtime once`]),
  ].join(', ');
}

function powerWords({ base, head, battery }: ScheduleResult): string {
  const was = (before: Metric | null | undefined, now: Metric, unit: 'mW' | 'days') => {
    const shown = before == null ? '' : formatValue(before.value, unit);
    return before == null || shown === formatValue(now.value, unit) ? '' : ` (${shown} in the base)`;
  };
  const shown = (metric: Metric, unit: 'mW' | 'days') => {
    const bound = { 'at-least': 'at least ', 'at-most': 'at most ' };
    const sign = metric.bound !== undefined ? bound[metric.bound] : metric.basis === 'modelled' ? '≈ ' : '';
    return `${sign}${formatValue(metric.value, unit)}`;
  };
  const { averagePower, batteryLife, unavailable } = head;
  const cell = plain(battery ?? '', 100);
  return [
    ...(averagePower === null
      ? []
      : [`average power ${shown(averagePower, 'mW')}${was(base?.averagePower, averagePower, 'mW')}`]),
    ...(batteryLife === null
      ? battery === undefined
        ? []
        : [`how long ${cell} lasts is not known: ${plain(unavailable.batteryLife ?? 'no reason was given', 300)}`]
      : [`${cell} lasts ${shown(batteryLife, 'days')}${was(base?.batteryLife, batteryLife, 'days')}`]),
  ].join(', ');
}

/** Times of a task as a table shows them; a dash where there is no such thing. */
export interface TaskTexts {
  readonly every: string;
  readonly deadline: string;
  readonly takes: string;
  readonly response: string;
  /** The base's, where they are not the head's. */
  readonly tookBefore: string;
  readonly responseBefore: string;
}

/** A task's times. */
export function taskTexts({ every, deadline, base, head }: TaskResult, { tasks }: ScheduleResult): TaskTexts {
  const takes = (state: TaskResult['head']) =>
    state === null ? '–' : `${state.takes.basis === 'modelled' ? '≈ ' : ''}${formatValue(state.takes.value, 'ms')}`;
  // Of tasks that delay each other one estimate makes all responses estimates.
  const isEstimate = tasks.some((task) => task.head?.takes.basis === 'modelled');
  const response = (state: TaskResult['head']) => {
    if (state === null) return '–';
    return state.response === null ? 'no bound' : `${isEstimate ? '≈ ' : ''}${formatValue(state.response, 'ms')}`;
  };
  const other = (before: string, now: string) => (base === null || before === now ? '' : before);
  return {
    every: formatValue(every, 'ms'),
    deadline: formatValue(deadline, 'ms'),
    takes: takes(head),
    response: response(head),
    tookBefore: other(takes(base), takes(head)),
    responseBefore: other(response(base), response(head)),
  };
}

/** The judgement about a task's deadline, if it was judged. */
export function deadlineOf({ judgements }: ScheduleResult, { name }: TaskResult): ScheduleJudgement | undefined {
  return judgements.find(({ about, task }) => about === 'deadline' && task === name);
}

/** What a schedule does not keep, worst first. */
export function objectionsOf({ judgements }: ScheduleResult): readonly ScheduleJudgement[] {
  return judgements
    .filter(({ verdict }) => badness(verdict) > 0)
    .toSorted((left, right) => badness(right.verdict) - badness(left.verdict));
}

/** A judgement's sentence with what speaks against relying on it. */
export function scheduleJudgementWords({ message, caution }: ScheduleJudgement): string {
  return caution === undefined ? message : `${message} (${caution})`;
}

/** Schedules worst first, then by target. */
export function worstSchedulesFirst(schedules: readonly ScheduleResult[]): readonly ScheduleResult[] {
  return schedules.toSorted(
    (left, right) => badness(right.verdict) - badness(left.verdict) || compareText(left.target, right.target),
  );
}

/** One sentence about a schedule that is not kept: `On nano33 models/b.onnx now misses its deadline of 20 ms: …`. */
export function schedulePhrases(schedule: ScheduleResult): readonly Phrase[] {
  const [problem] = schedule.problems;
  const [worst] = objectionsOf(schedule);
  const target = { name: schedule.target };
  if (problem !== undefined)
    return ['The schedule of ', target, ' could not be judged: ', { quote: problem.replace(/\.\s*$/, '') }];
  return ['On ', target, ' ', { quote: worst?.message ?? 'the schedule is not kept' }];
}
