import { batteryOf, type Supply } from '../energy/battery.ts';
import { overdrawn } from '../energy/battery-current.ts';
import { energyOf } from '../runtimes/estimate/latency-and-energy.ts';
import type { Target } from '../targets/target.ts';
import { fixedPoint, newEffort } from './fixed-point.ts';
import type { PlannedTask } from './planned-task.ts';
import type { ScheduleJudgement } from './schedule-result.ts';
import { utilisationOf } from './task.ts';

/**
 * Whether the schedule's battery gives the current that its tasks draw: that of the task which draws most, for as long as the core may have work without a pause.
 * Nothing where no battery is named, or energies or latencies are not known.
 */
export function judgeCurrent(
  tasks: readonly PlannedTask[],
  target: Target,
  { battery }: Supply,
): readonly ScheduleJudgement[] {
  if (battery === undefined) return [];
  const problem = (side: 'base' | 'head'): string | undefined => {
    const loads = loadsOf(tasks, side, target);
    if (loads === undefined || loads.length === 0) return undefined;
    const milliwatts = Math.max(...loads.map(({ milliwatts }) => milliwatts));
    return overdrawn({ milliwatts, milliseconds: longestBusy(loads) }, batteryOf(battery));
  };
  const found = problem('head');
  if (found === undefined) return [];
  const still = problem('base') === undefined ? '' : 'still, as in the base: ';
  return [{ about: 'batteryLife', verdict: 'warn', message: `${still}while its tasks run, ${target.name} ${found}` }];
}

interface Load {
  readonly milliwatts: number;
  readonly takes: number;
  readonly every: number;
}

/** `undefined` where of one task it is not known what it takes. */
function loadsOf(tasks: readonly PlannedTask[], side: 'base' | 'head', target: Target): readonly Load[] | undefined {
  const loads: Load[] = [];
  for (const { everyMs, [side]: at } of tasks) {
    if (at === null) continue;
    const { takes, measurement } = at;
    const energy = measurement === undefined ? energyOf(takes, target.board, target.runtime) : measurement.energy;
    if (takes === null || energy === null) return undefined;
    if (takes.value > 0)
      loads.push({ milliwatts: (1000 * energy.value) / takes.value, takes: takes.value, every: everyMs });
  }
  return loads;
}

/**
 * The longest time in ms that the core has work without a pause: from when all tasks arrive at once, the least t with t = Σ ⌈t / period⌉ · time, whatever the order in which they run
 * (Lehoczky, "Fixed Priority Scheduling of Periodic Task Sets with Arbitrary Deadlines", 1990). Without end where they need all of the core.
 */
function longestBusy(loads: readonly Load[]): number {
  if (utilisationOf(loads) >= 1) return Number.POSITIVE_INFINITY;
  const demand = (time: number): number =>
    loads.reduce((sum, { takes, every }) => sum + Math.ceil(time / every) * takes, 0);
  const first = loads.reduce((sum, { takes }) => sum + takes, 0);
  return fixedPoint(first, demand, loads.length, newEffort()) ?? Number.POSITIVE_INFINITY;
}
