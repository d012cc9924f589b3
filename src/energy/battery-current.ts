import { formatValue } from '../basics/format.ts';
import type { Battery } from './battery.ts';

/** Power that is drawn for so long without a pause. */
export interface Draw {
  readonly milliwatts: number;
  readonly milliseconds: number;
}

/**
 * What is wrong with drawing that much from a battery, as a sentence without its subject and full stop; `undefined` where it gives enough.
 * What a cell can't deliver makes its voltage fall until the device resets, whatever its capacity.
 */
export function overdrawn({ milliwatts, milliseconds }: Draw, battery: Battery): string | undefined {
  const milliamps = milliwatts / battery.volts;
  const { pulse, continuousMilliamps, name } = battery;
  const isPulse = pulse !== undefined && milliseconds <= pulse.milliseconds;
  const most = isPulse ? pulse.milliamps : continuousMilliamps;
  if (milliamps <= most) return undefined;
  const long = isPulse ? `in pulses of up to ${formatValue(pulse.milliseconds, 'ms')}` : 'continuously';
  return `draws about ${Number(milliamps.toPrecision(3))} mA, and a ${name} gives ${most} mA ${long}: its voltage would break down. A capacitor beside it, a larger cell or a slower clock helps`;
}
