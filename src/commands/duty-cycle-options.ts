import { parseMilliseconds, parseMilliwatts } from '../config/units.ts';
import { batteryOf } from '../energy/battery.ts';
import type { DutyCycle } from '../energy/duty-cycle.ts';
import { UserError } from '../errors.ts';

/** What the command line says of how often a model runs, as texts. */
export interface DutyCycleOptions {
  readonly every?: string;
  readonly battery?: string;
  readonly sleep?: string;
}

/**
 * The duty cycle that the options mean; `undefined` without any.
 * @throws UserError for what is no time, no power, or no known battery
 */
export function readDutyCycle({ every, battery, sleep }: DutyCycleOptions): DutyCycle | undefined {
  if (every === undefined) {
    if (battery === undefined && sleep === undefined) return undefined;
    throw new UserError('--battery and --sleep need --every, such as --every 1s: how often the model runs.');
  }
  const everyMs = parseMilliseconds(every);
  if (everyMs === undefined || everyMs <= 0) throw new UserError(`--every: "${every}" is no time such as 500ms or 1s.`);
  const sleepMilliwatts = sleep === undefined ? undefined : parseMilliwatts(sleep);
  if (sleep !== undefined && sleepMilliwatts === undefined)
    throw new UserError(`--sleep: "${sleep}" is no power such as 15uW or 2mW.`);
  if (battery !== undefined) batteryOf(battery);
  return {
    everyMs,
    ...(battery === undefined ? {} : { battery }),
    ...(sleepMilliwatts === undefined ? {} : { sleepMilliwatts }),
  };
}
