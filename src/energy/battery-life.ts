import { formatValue } from '../basics/format.ts';
import type { Metric } from '../measurement/measurement.ts';
import { type Battery, hoursPerYear } from './battery.ts';

/** Days that a battery lasts at an average power (mW): usable energy ÷ (power + self-discharge), at most the cell's shelf life. Always an estimate: no cell was emptied. */
export function batteryLifeOf({ value, error, bound }: Metric, battery: Battery): Metric {
  const drawn = value + battery.selfDischargeMilliwatts;
  const days = battery.usableMilliwattHours / drawn / 24;
  const shelfDays = (battery.shelfYears * hoursPerYear) / 24;
  const isShelf = days >= shelfDays;
  return {
    value: isShelf ? shelfDays : days,
    unit: 'days',
    basis: 'modelled',
    ...(error === undefined ? {} : { error: isShelf ? 0 : Number(((error * value) / drawn).toPrecision(4)) }),
    ...(bound === undefined ? {} : { bound: 'at-most' as const }),
    source: [
      `${battery.name} with ${formatValue(battery.usableMilliwattHours / 1000, 'count')} Wh to use`,
      isShelf ? `its shelf life of ${battery.shelfYears} years` : 'its self-discharge counted',
      ...(bound === undefined ? [] : ['the power asleep counted as 0']),
    ].join(', '),
  };
}
