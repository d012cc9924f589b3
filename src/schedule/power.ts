import { averagePowerOf, type Load } from '../energy/average-power.ts';
import { batteryOf, type Supply } from '../energy/battery.ts';
import { batteryLifeOf } from '../energy/battery-life.ts';
import type { Measurement, Metric } from '../measurement/measurement.ts';
import { energyOf } from '../runtimes/estimate/latency-and-energy.ts';
import { asActiveIsUnknown } from '../targets/missing-power.ts';
import type { Target } from '../targets/target.ts';
import { utilisationOf } from './task.ts';

/** A task at one commit, and what it takes if that is known. A task without a measurement is other work of the firmware. */
export interface PoweredTask {
  readonly name: string;
  readonly everyMs: number;
  readonly takes: Metric | null;
  readonly measurement?: Measurement;
}

/** How a schedule loads the battery. What is `null` has its reason in `unavailable`. */
export interface PowerTogether {
  readonly averagePower: Metric | null;
  readonly duty: Metric | null;
  readonly batteryLife: Metric | null;
  readonly unavailable: Readonly<Partial<Record<'averagePower' | 'duty' | 'batteryLife', string>>>;
}

/**
 * Average power (mW), share of time in which the core runs, and days that the battery lasts, of all tasks of a schedule: `averagePowerOf` of their energies and periods.
 * Work that is no model takes the board's active power. Where a task's energy is not known, nothing but the duty is.
 */
export function powerTogether(tasks: readonly PoweredTask[], target: Target, supply: Supply): PowerTogether {
  if (tasks.length === 0) return nothing('no task runs', null);
  const timeless = tasks.find(({ takes }) => takes === null);
  if (timeless !== undefined) return nothing(`the latency of ${timeless.name} is not known`, null);
  const duty = dutyOf(tasks);
  const loads: Load[] = [];
  for (const { name, everyMs, takes, measurement } of tasks) {
    const energy = measurement === undefined ? energyOf(takes, target.board, target.runtime) : measurement.energy;
    if (takes === null || energy === null)
      return nothing(`the energy of ${name} is not known${asActiveIsUnknown(target.board)}`, duty);
    loads.push({ everyMs, latency: takes, energy });
  }
  const averagePower = averagePowerOf(loads, target.board, supply.sleepMilliwatts);
  if (supply.battery === undefined)
    return { averagePower, duty, batteryLife: null, unavailable: { batteryLife: 'the schedule names no battery' } };
  return { averagePower, duty, batteryLife: batteryLifeOf(averagePower, batteryOf(supply.battery)), unavailable: {} };
}

function nothing(reason: string, duty: Metric | null): PowerTogether {
  const said = reason.slice(0, 1000);
  const unavailable = { averagePower: said, batteryLife: said, ...(duty === null ? { duty: said } : {}) };
  return { averagePower: null, duty, batteryLife: null, unavailable };
}

function dutyOf(tasks: readonly PoweredTask[]): Metric {
  const value = utilisationOf(tasks.map(({ takes, everyMs }) => ({ takes: takes?.value ?? 0, every: everyMs })));
  const known = tasks.flatMap(({ takes, everyMs }) => (takes === null ? [] : [{ takes, everyMs }]));
  const uncertain = known.reduce((sum, { takes, everyMs }) => sum + (takes.value * (takes.error ?? 0)) / everyMs, 0);
  return {
    value,
    unit: 'ratio',
    basis: known.every(({ takes }) => takes.basis === 'measured') ? 'measured' : 'modelled',
    ...(uncertain === 0 || value === 0 ? {} : { error: Number((uncertain / value).toPrecision(4)) }),
    source: 'what all tasks take over their periods',
  };
}
