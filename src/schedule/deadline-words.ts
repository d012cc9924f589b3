import { formatPair, formatPercent, formatValue } from '../basics/format.ts';
import type { Effort } from './fixed-point.ts';
import type { Known, PlannedTask } from './planned-task.ts';
import type { TaskState } from './schedule-result.ts';
import { type Policy, utilisationOf } from './task.ts';
import { whyLate } from './why-late.ts';

/** All tasks at both commits, for saying what makes one of them late. */
export interface DeadlineContext {
  readonly before: readonly Known[];
  readonly now: readonly Known[];
  readonly policy: Policy;
  readonly effort: Effort;
}

/** Names told of what makes a task late. */
const toldTasks = 3;

/** `models/kws.onnx meets its deadline of 20 ms: it takes up to ≈ 18.2 ms from its arrival to its end`. */
export function metWords(
  { name, deadlineMs }: PlannedTask,
  now: TaskState,
  before: TaskState | undefined,
  context: DeadlineContext,
): string {
  const verb = before?.meets === false ? 'now meets' : 'meets';
  return `${name} ${verb} its deadline of ${formatValue(deadlineMs, 'ms')}: ${responseWords(now, deadlineMs, context)}${beforeWords(now, before)}`;
}

/** `models/b.onnx now misses its deadline of 20 ms: it takes up to ≈ 27.3 ms from its arrival to its end (19.1 ms in the base), because models/a.onnx takes ≈ 18.2 ms instead of ≈ 10 ms; it is late together with models/a.onnx`. */
export function missedWords(
  task: PlannedTask,
  now: TaskState,
  before: TaskState | undefined,
  context: DeadlineContext,
): string {
  const { name, deadlineMs } = task;
  const deadline = `its deadline of ${formatValue(deadlineMs, 'ms')}`;
  const verb = before === undefined ? 'misses' : before.meets ? 'now misses' : 'still misses';
  const as = before?.meets === false ? ', as in the base' : '';
  const response = `${responseWords(now, deadlineMs, context)}${beforeWords(now, before)}`;
  return `${name} ${verb} ${deadline}${as}: ${response}${whyWords(task, before?.meets === true, context)}`;
}

function responseWords({ response }: TaskState, deadlineMs: number, { now }: DeadlineContext): string {
  if (response === null) {
    const utilisation = utilisationOf(now.map(({ timed }) => ({ takes: timed.takesMs, every: timed.everyMs })));
    const why = utilisation > 1 ? `, as the tasks need ${formatPercent(utilisation)} of the core` : '';
    return `there is no bound on when it is done${why}`;
  }
  const [shown] = formatPair(response, deadlineMs, 'ms');
  return `it takes up to ${isEstimate(now) ? '≈ ' : ''}${shown} from its arrival to its end`;
}

/** Of tasks that delay each other one estimate makes all responses estimates. */
function isEstimate(tasks: readonly Known[]): boolean {
  return tasks.some(({ takes }) => takes.basis === 'modelled');
}

function beforeWords(now: TaskState, before: TaskState | undefined): string {
  if (before === undefined || before.response === now.response) return '';
  return before.response === null
    ? ' (without bound in the base)'
    : ` (${formatValue(before.response, 'ms')} in the base)`;
}

/** Which changes made it late, and with which other tasks it is. */
function whyWords(task: PlannedTask, wasMet: boolean, { now, before, policy, effort }: DeadlineContext): string {
  const late = now.findIndex((each) => each.task === task);
  const old = now.map((each) => before.find((other) => other.task === each.task));
  const why = whyLate(
    late,
    now.map(({ timed }) => timed),
    old.map((each) => each?.timed),
    policy,
    effort,
  );
  if (why === undefined) return '';
  const causes = why.changed.map((index) => causeWords(task, now[index], old[index]));
  const because =
    !wasMet || causes.length === 0 ? '' : `, because ${andWords(causes.slice(0, toldTasks), causes.length, 'changes')}`;
  const told = new Set(wasMet ? why.changed : []);
  const others = why.together.every((index) => told.has(index))
    ? []
    : why.together.map((index) => now[index]?.task.name ?? '');
  const together =
    others.length === 0
      ? why.together.length === 0 && !told.has(late)
        ? '; it is late even alone'
        : ''
      : `; it is late together with ${andWords(others.slice(0, toldTasks), others.length, 'tasks')}`;
  return `${because}${together}`;
}

function causeWords(late: PlannedTask, now: Known | undefined, before: Known | undefined): string {
  if (now === undefined) return '';
  const shown = ({ takes }: Known) => `${takes.basis === 'modelled' ? '≈ ' : ''}${formatValue(takes.value, 'ms')}`;
  if (before === undefined) return `${now.task.name} is new and takes ${shown(now)}`;
  const instead = `takes ${shown(now)} instead of ${shown(before)}`;
  return now.task === late ? `it ${instead} itself` : `${now.task.name} ${instead}`;
}

/** `a`, `a and b`, `a, b and 3 more changes` */
function andWords(shown: readonly string[], count: number, what: string): string {
  const rest = count - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more ${what}`] : shown;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}
