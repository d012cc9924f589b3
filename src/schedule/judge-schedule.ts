import { formatPair, formatPercent, formatValue } from '../basics/format.ts';
import type { Supply } from '../energy/battery.ts';
import { worstVerdict } from '../judge/worst-verdict.ts';
import type { Measurement, Metric } from '../measurement/measurement.ts';
import type { Target } from '../targets/target.ts';
import { judgeCurrent } from './judge-current.ts';
import { judgeDeadlines } from './judge-deadlines.ts';
import { judgeLimits, type ScheduleLimit } from './judge-limits.ts';
import type { PlannedTask } from './planned-task.ts';
import { powerTogether } from './power.ts';
import type { ScheduleJudgement, ScheduleResult, Together } from './schedule-result.ts';
import { type ArenaUse, isNonPreemptive, type Policy, utilisationOf } from './task.ts';
import { flashTogether, ramTogether } from './together.ts';

/** All that a schedule is judged by. */
export interface ScheduleInput extends Supply {
  readonly target: Target;
  readonly policy: Policy;
  readonly arenas: ArenaUse;
  readonly level: 'warn' | 'error';
  readonly origin: string;
  readonly rule: 'base' | 'new';
  readonly line?: number;
  readonly tasks: readonly PlannedTask[];
  readonly problems: readonly string[];
  /** On average power, duty and battery life. */
  readonly limits: readonly ScheduleLimit[];
}

/**
 * Holds the models that share one core of a target to their deadlines and to the memory that is left for them. What the base did not keep either is a warning, said as such;
 * what can't be judged, as a latency that is not known, is `error`.
 */
export function judgeSchedule(input: ScheduleInput): ScheduleResult {
  const { target, policy, arenas, level, origin, rule, line } = input;
  const deadlines = judgeDeadlines(input.tasks, policy);
  const base = input.tasks.every((task) => task.base === null) ? null : togetherOf(input, 'base');
  const head = togetherOf(input, 'head');
  const limits = judgeLimits(input.limits, base, head);
  const found = [
    ...deployments(input),
    ...deadlines.judgements,
    ...capacities(target, base, head),
    ...limits.judgements,
    ...judgeCurrent(input.tasks, target, input),
  ];
  const judgements = found.map((judgement) =>
    judgement.verdict === 'fail' && level === 'warn' ? { ...judgement, verdict: 'warn' as const } : judgement,
  );
  const problems = [...input.problems, ...unknowns(input, head), ...limits.problems].slice(0, 50);
  return {
    target: target.name,
    targetId: target.id,
    policy,
    arenas,
    ...(input.battery === undefined ? {} : { battery: input.battery }),
    origin,
    rule,
    ...(line === undefined ? {} : { line }),
    tasks: [...deadlines.tasks],
    base,
    head,
    judgements,
    problems,
    verdict: worstVerdict([
      ...judgements.map(({ verdict }) => verdict),
      ...problems.map(() => (level === 'warn' ? ('warn' as const) : ('error' as const))),
    ]),
  };
}

function togetherOf(input: ScheduleInput, side: 'base' | 'head'): Together {
  const { tasks, target, policy, arenas } = input;
  const there = tasks.flatMap((task) => {
    const at = task[side];
    return at === null ? [] : [{ ...at, name: task.name, everyMs: task.everyMs }];
  });
  const measured = there.flatMap(({ measurement }) => measurement ?? []);
  const sharing = { arenas, inTurn: isNonPreemptive(policy) };
  const isTimed = there.every(({ takes }) => takes !== null);
  return {
    utilisation: isTimed
      ? utilisationOf(there.map(({ takes, everyMs }) => ({ takes: takes?.value ?? 0, every: everyMs })))
      : null,
    peakRam: measured.length === 0 ? null : ramTogether(measured, sharing, target),
    flash: measured.length === 0 ? null : flashTogether(measured, target),
    ...powerTogether(there, target, input),
  };
}

/** A model that its target refuses makes the rest of the schedule pointless. */
function deployments({ tasks, target }: ScheduleInput): readonly ScheduleJudgement[] {
  return tasks.flatMap(({ name, base, head }): readonly ScheduleJudgement[] => {
    const measurement = head?.measurement;
    if (measurement === undefined || measurement.deployable) return [];
    const before = base?.measurement?.deployable === false;
    const finding = measurement.findings.find(({ severity }) => severity === 'error');
    const why = finding?.message.replace(/\.\s*$/, '') ?? 'its runtime would refuse it';
    const message = `${name} ${before ? 'still does not' : 'does not'} run on ${target.name}: ${why}`;
    return [{ about: 'deployable', task: name, verdict: before ? 'warn' : 'fail', message: message.slice(0, 2000) }];
  });
}

function capacities(target: Target, base: Together | null, head: Together): readonly ScheduleJudgement[] {
  return [
    ...capacity('peak-ram', 'peak RAM', target.ramBytes, base?.peakRam ?? null, head.peakRam, target),
    ...capacity('flash', 'flash', target.flashBytes, base?.flash ?? null, head.flash, target),
  ];
}

function capacity(
  about: 'peak-ram' | 'flash',
  title: string,
  limit: number,
  base: Metric | null,
  head: Metric | null,
  target: Target,
): readonly ScheduleJudgement[] {
  if (head === null) return [];
  const isOver = head.value > limit;
  const before = base !== null && base.value > limit;
  const [shown, most] = formatPair(head.value, limit, 'B');
  const sign = head.basis === 'modelled' ? '≈ ' : '';
  const change = base === null || base.value === head.value ? '' : ` (${formatValue(base.value, 'B')} in the base)`;
  const still = isOver && before ? 'still too much, as in the base: ' : '';
  const message = `${still}${title} of all models ${sign}${shown} ${isOver ? '>' : '≤'} ${most} of ${target.name}${change}`;
  const { error } = head;
  const isClose = error !== undefined && Math.abs(head.value - limit) <= head.value * error;
  return [
    {
      about,
      verdict: !isOver ? 'pass' : before ? 'warn' : 'fail',
      message,
      ...(isClose ? { caution: `within the estimate's error of ${formatPercent(error)}` } : {}),
    },
  ];
}

/** What keeps a schedule from being judged although its models could be measured. */
function unknowns({ tasks, target }: ScheduleInput, head: Together): readonly string[] {
  const runnable = tasks.flatMap((task) => (task.head?.measurement?.deployable === false ? [] : [task]));
  const unknown = (name: string, what: string, measurement: Measurement, metric: 'latency' | 'peakRam' | 'flash') =>
    `The ${what} of ${name} on ${target.name} is not known: ${measurement.unavailable[metric] ?? 'no reason was given'}`.slice(
      0,
      2000,
    );
  const lacking = (what: string, metric: 'latency' | 'peakRam' | 'flash') =>
    runnable.flatMap(({ name, head: at }) =>
      at?.measurement === undefined || at.measurement[metric] !== null
        ? []
        : [unknown(name, what, at.measurement, metric)],
    );
  // Without a limit of the configuration nobody asked whether it fits.
  const { board, ramBytes, flashBytes } = target;
  return [
    ...lacking('latency', 'latency'),
    ...(head.peakRam === null && ramBytes !== board.ram.value ? lacking('peak RAM', 'peakRam') : []),
    ...(head.flash === null && flashBytes !== board.flash.value ? lacking('flash', 'flash') : []),
  ];
}
