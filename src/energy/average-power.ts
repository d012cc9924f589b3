import { formatValue } from '../basics/format.ts';
import type { Metric } from '../measurement/measurement.ts';
import type { Board } from '../targets/board.ts';
import { unknownPower } from '../targets/missing-power.ts';
import { isStated } from '../targets/other-conditions.ts';

/** What runs again and again on a core: how long one run takes, and its energy. */
export interface Load {
  readonly everyMs: number;
  readonly latency: Metric;
  readonly energy: Metric;
}

/**
 * Power on average (mW) of what runs periodically on one core: the sum of energy ÷ period, the power of resting for the share of time that is left, and a waking for each run.
 * Runs that follow each other without a gap need one waking less, so that this is the most it can be. Loads that need more than the core run all the time, each as often as their share lets them.
 * It is measured where the energies are, and the configuration says what sleeping takes.
 * What the board's file says of resting is taken to be as uncertain as the least certain energy; what the configuration says, as exact.
 * The core sleeps where that takes less than idling through gaps of the average length; where neither is known they are counted as 0, and the value is marked as a bound.
 */
export function averagePowerOf(loads: readonly Load[], board: Board, sleepMilliwatts: number | undefined): Metric {
  const total = (of: (load: Load) => number) => loads.reduce((sum, load) => sum + of(load) / load.everyMs, 0);
  const used = total(({ latency }) => latency.value);
  const slower = Math.max(1, used);
  const active = (1000 * total(({ energy }) => energy.value)) / slower;
  const rest = restPower(board, sleepMilliwatts, { share: Math.max(0, 1 - used), wakings: total(() => 1) / slower });
  const value = active + rest.milliwatts;
  const worst = Math.max(0, ...loads.map(({ energy: { error = 0 } }) => error));
  const uncertain =
    (1000 * total(({ energy: { value: each, error = 0 } }) => each * error)) / slower +
    (rest.isStated ? 0 : worst * rest.milliwatts);
  const isMeasured = (rest.isStated || used >= 1) && loads.every(({ energy }) => energy.basis === 'measured');
  const first = loads.length === 1 ? loads[0] : undefined;
  const what = first === undefined ? 'energy of all that runs' : 'energy of an inference';
  const period = first === undefined ? '' : ` every ${formatValue(first.everyMs, 'ms')}`;
  return {
    value,
    unit: 'mW',
    basis: isMeasured ? 'measured' : 'modelled',
    ...(loads.every(({ energy }) => energy.error === undefined)
      ? {}
      : { error: value === 0 ? 0 : Number((uncertain / value).toPrecision(4)) }),
    ...(!rest.isKnown && used < 1 ? { bound: 'at-least' as const } : {}),
    source: `${what}${period} and ${rest.words}`.slice(0, 400),
  };
}

interface Rest {
  /** Over the whole time, wakings included. */
  readonly milliwatts: number;
  readonly words: string;
  readonly isKnown: boolean;
  /** Whether the configuration says it. */
  readonly isStated: boolean;
}

/** What the time between runs takes. `share` is how much of the whole time that is; `wakings` are per millisecond. */
function restPower(
  board: Board,
  configured: number | undefined,
  { share, wakings }: { readonly share: number; readonly wakings: number },
): Rest {
  const { power } = board;
  const shown = (milliwatts: number) => formatValue(milliwatts, 'mW');
  const idle = power.idleMilliwatts;
  const sleep = configured ?? power.sleepMilliwatts?.value;
  const waking = wakings * (power.wakeMicrojoules?.value ?? 0);
  if (sleep !== undefined) {
    const asleep = sleep * share + waking;
    if (idle !== undefined && idle.value * share < asleep) {
      const words = `${shown(idle.value)} idle between, as gaps are too short to sleep`;
      return { milliwatts: idle.value * share, words, isKnown: true, isStated: isStated(idle) };
    }
    const isSaid = configured !== undefined || isStated(power.sleepMilliwatts);
    const how = isSaid ? 'between, as configured' : 'asleep between';
    return { milliwatts: asleep, words: `${shown(sleep)} ${how}`, isKnown: true, isStated: isSaid };
  }
  const unknown = unknownPower(board, 'sleepMilliwatts');
  if (idle !== undefined) {
    const words = `${shown(idle.value)} idle between, as ${unknown}`;
    return { milliwatts: idle.value * share + waking, words, isKnown: true, isStated: isStated(idle) };
  }
  return { milliwatts: waking, words: `nothing between, as ${unknown}`, isKnown: false, isStated: false };
}
