import { formatPercent } from '../basics/format.ts';
import { type Response, responsesOf, type TimedTask } from './analyse.ts';
import { type DeadlineContext, metWords, missedWords } from './deadline-words.ts';
import { newEffort } from './fixed-point.ts';
import type { Known, PlannedTask, TaskSide } from './planned-task.ts';
import type { ScheduleJudgement, TaskResult, TaskState } from './schedule-result.ts';
import type { Policy } from './task.ts';

/** The response of every task at both commits, and whether it meets its deadline. Where what one task takes is not known, nothing is said of that commit. */
export function judgeDeadlines(
  tasks: readonly PlannedTask[],
  policy: Policy,
): { readonly tasks: readonly TaskResult[]; readonly judgements: readonly ScheduleJudgement[] } {
  const before = knownTasks(tasks, 'base');
  const now = knownTasks(tasks, 'head');
  const statesBefore = statesOf(before, policy);
  const statesNow = statesOf(now, policy);
  const results = tasks.map((task): TaskResult => {
    const { name, model, everyMs, deadlineMs, jitterMs } = task;
    const common = { name, every: everyMs, deadline: deadlineMs, jitter: jitterMs };
    const states = { base: statesBefore.get(task) ?? null, head: statesNow.get(task) ?? null };
    return { ...common, ...(model === undefined ? {} : { model }), ...states };
  });
  // What explains late tasks has one effort for all of them.
  const context = { before, now, policy, effort: newEffort() };
  const cautionOf = cautions(now, policy);
  const judgements = tasks.flatMap((task): readonly ScheduleJudgement[] => {
    const state = statesNow.get(task);
    if (state === undefined) return [];
    const judgement = judgeDeadline(task, state, statesBefore.get(task), context);
    const caution = cautionOf(task, state.meets);
    return [caution === undefined ? judgement : { ...judgement, caution }];
  });
  return { tasks: results, judgements };
}

/** Empty where one of them is not known: it may delay all others. */
function knownTasks(tasks: readonly PlannedTask[], side: 'base' | 'head'): readonly Known[] {
  const there = tasks.flatMap((task) => {
    const at: TaskSide | null = task[side];
    return at === null ? [] : [{ task, takes: at.takes }];
  });
  const known = there.flatMap(({ task, takes }) =>
    takes === null ? [] : [{ task, takes, timed: timedTask(task, takes.value) }],
  );
  return known.length === there.length ? known : [];
}

function timedTask({ name, everyMs, deadlineMs, jitterMs }: PlannedTask, takesMs: number): TimedTask {
  return { name, takesMs, everyMs, deadlineMs, jitterMs };
}

function statesOf(known: readonly Known[], policy: Policy): ReadonlyMap<PlannedTask, TaskState> {
  const responses = responsesOf(
    known.map(({ timed }) => timed),
    policy,
  );
  return new Map(
    known.map(({ task, takes }, index): [PlannedTask, TaskState] => {
      const { responseMs, meets }: Response = responses[index] ?? { responseMs: null, meets: false };
      return [task, { takes, response: responseMs, meets }];
    }),
  );
}

function judgeDeadline(
  task: PlannedTask,
  now: TaskState,
  before: TaskState | undefined,
  context: DeadlineContext,
): ScheduleJudgement {
  const still = before?.meets === false;
  const message = now.meets ? metWords(task, now, before, context) : missedWords(task, now, before, context);
  return {
    about: 'deadline',
    task: task.name,
    verdict: now.meets ? 'pass' : still ? 'warn' : 'fail',
    message: message.slice(0, 2000),
  };
}

/** Whether latencies that are all off by the errors of their estimates, to the worse or to the better, would turn the answer. */
function cautions(now: readonly Known[], policy: Policy): (task: PlannedTask, meets: boolean) => string | undefined {
  const errors = now.map(({ takes: { basis, error } }) => (basis === 'modelled' ? (error ?? 0) : 0));
  const most = Math.max(0, ...errors);
  if (most === 0) return () => undefined;
  const shifted = (sign: 1 | -1) =>
    responsesOf(
      now.map(({ timed }, index) => ({
        ...timed,
        takesMs: timed.takesMs * Math.max(0, 1 + sign * (errors[index] ?? 0)),
      })),
      policy,
    );
  const [slower, faster] = [shifted(1), shifted(-1)];
  return (task, meets) => {
    const response = (meets ? slower : faster)[now.findIndex((each) => each.task === task)];
    const isSure = response === undefined || response.meets === meets;
    return isSure ? undefined : `within the estimates' error of ${formatPercent(most)}`;
  };
}
