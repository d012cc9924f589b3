import { formatPercent, formatValue } from '../basics/format.ts';
import type { Finding, Measurement, Metric } from '../measurement/measurement.ts';
import type { Board } from '../targets/board.ts';
import { asActiveIsUnknown, unknownPower } from '../targets/missing-power.ts';
import { averagePowerOf } from './average-power.ts';
import { type Battery, batteryOf, type Supply } from './battery.ts';
import { overdrawn } from './battery-current.ts';
import { batteryLifeOf } from './battery-life.ts';

/** How often a model runs, and what it is fed from. */
export interface DutyCycle extends Supply {
  readonly everyMs: number;
}

/** The part of a Measurement that follows from how often the model runs. */
export type Operation = Pick<Measurement, 'averagePower' | 'duty' | 'batteryLife' | 'unavailable'> & {
  readonly findings: readonly Finding[];
};

/**
 * Average power (mW), the share of time in which the model runs, and days that the battery lasts, of one model that runs alone: the formulas are those of `averagePowerOf` and `batteryLifeOf`.
 */
export function operationOf(
  { latency, energy }: Pick<Measurement, 'latency' | 'energy'>,
  board: Board,
  cycle: DutyCycle | undefined,
): Operation {
  if (cycle === undefined) return nothing('no duty-cycle is configured for this model');
  if (latency === null) return nothing('its latency is not known');
  const duty = dutyOf(latency, cycle);
  if (energy === null) {
    const reason = `its energy is not known${asActiveIsUnknown(board)}`;
    const unavailable = { averagePower: reason, batteryLife: reason };
    return { averagePower: null, duty, batteryLife: null, unavailable, findings: overrun(duty, latency, cycle) };
  }
  const averagePower = averagePowerOf([{ everyMs: cycle.everyMs, latency, energy }], board, cycle.sleepMilliwatts);
  const battery = cycle.battery === undefined ? undefined : batteryOf(cycle.battery);
  const batteryLife = battery === undefined ? null : batteryLifeOf(averagePower, battery);
  return {
    averagePower,
    duty,
    batteryLife,
    unavailable: batteryLife === null ? { batteryLife: 'duty-cycle names no battery' } : {},
    findings: [
      ...overrun(duty, latency, cycle),
      cycleFinding(duty, averagePower, batteryLife, cycle, board),
      ...(battery === undefined ? [] : currentFindings(latency, energy, battery)),
    ],
  };
}

function nothing(reason: string): Operation {
  return {
    averagePower: null,
    duty: null,
    batteryLife: null,
    unavailable: { averagePower: reason, duty: reason, batteryLife: reason },
    findings: [],
  };
}

function dutyOf({ value, basis, error }: Metric, { everyMs }: DutyCycle): Metric {
  return {
    value: value / everyMs,
    unit: 'ratio',
    basis,
    ...(error === undefined ? {} : { error }),
    source: `latency over the period of ${formatValue(everyMs, 'ms')}`,
  };
}

function overrun(duty: Metric, latency: Metric, { everyMs }: DutyCycle): readonly Finding[] {
  if (duty.value <= 1) return [];
  const message = `An inference takes ${formatValue(latency.value, 'ms')}, longer than the ${formatValue(everyMs, 'ms')} after which the next is due.`;
  return [{ code: 'duty-cycle-overrun', severity: 'warning', message }];
}

/** `Runs 180 ms of every 1 s (18 % of the time) and takes 4.0 mW on average: a CR2032 lasts 6.8 days.` */
function cycleFinding(
  duty: Metric,
  power: Metric,
  life: Metric | null,
  { everyMs, battery }: DutyCycle,
  board: Board,
): Finding {
  const runs = `Runs ${formatValue(duty.value * everyMs, 'ms')} of every ${formatValue(everyMs, 'ms')} (${formatPercent(duty.value)} of the time)`;
  const takes = `takes ${power.bound === undefined ? '' : 'at least '}${formatValue(power.value, 'mW')} on average`;
  const lasts =
    life === null
      ? ''
      : `: ${battery} lasts ${life.bound === undefined ? '' : 'at most '}${formatValue(life.value, 'days')}`;
  const why = power.bound === undefined ? '' : `; ${unknownPower(board, 'sleepMilliwatts')}`;
  return { code: 'duty-cycle', severity: 'info', message: `${runs} and ${takes}${lasts}${why}.` };
}

function currentFindings(latency: Metric, energy: Metric, battery: Battery): readonly Finding[] {
  const draw = { milliwatts: (energy.value * 1000) / latency.value, milliseconds: latency.value };
  const problem = overdrawn(draw, battery);
  return problem === undefined
    ? []
    : [{ code: 'battery-current', severity: 'warning', message: `While it runs the board ${problem}.` }];
}
