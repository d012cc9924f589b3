import type { Board, BoardRuntime } from './board.ts';

const configured = 'The configuration of the repository that is checked.';
/** The source that numbers of the configuration name. */
const configuredSource = 'configured';

type Power = Board['power'];
type Figure = NonNullable<Power['activeMilliwatts']>;

const precise = (value: number): number => Number(value.toPrecision(6));

/**
 * The board at another clock. What of its active and idle power does not follow the clock is as its file says, else, where Linux runs, what the whole board takes idle, and nothing on a
 * microcontroller, whose power is nearly in proportion to its clock: STM32F031 takes 11.4 mA at 48 MHz and 2.2 mA at 8 MHz running from flash, 3 % more than in proportion at half the clock
 * (its datasheet, table 23). A voltage that the firmware lowers with the clock would save more.
 */
export function clockedAt(board: Board, clockHz: number): Board {
  const { power } = board;
  const still = power.unclockedMilliwatts?.value ?? (runsLinux(board) ? power.idleMilliwatts?.value : 0);
  const factor = clockHz / board.clockHz.value;
  const at = `at ${precise(board.clockHz.value / 1e6)} MHz`;
  const scaled = (figure: Figure): Figure => {
    // A whole board of which nothing else is known takes what it takes.
    if (still === undefined) return figure;
    const moving = Math.max(0, figure.value - still);
    const value = precise(figure.value - moving + moving * factor);
    const conditions = `${figure.value} mW ${at}${figure.conditions === undefined ? '' : ` (${figure.conditions})`}, of which ${precise(moving)} mW follow the clock`;
    return { ...figure, value, conditions };
  };
  const { activeMilliwatts, idleMilliwatts } = power;
  return {
    ...board,
    clockHz: { value: clockHz, source: configuredSource },
    power: {
      ...power,
      ...(activeMilliwatts === undefined ? {} : { activeMilliwatts: scaled(activeMilliwatts) }),
      ...(idleMilliwatts === undefined ? {} : { idleMilliwatts: scaled(idleMilliwatts) }),
    },
    sources: { ...board.sources, [configuredSource]: configured },
  };
}

/** Boards with a memory management unit: their power is that of much more than a core. */
function runsLinux({ core }: Board): boolean {
  return core.roofline !== undefined;
}

/**
 * The board at another supply: behind a linear regulator all power follows the voltage, behind a switching one it stays. `undefined` where its power is not given for a voltage.
 */
export function suppliedAt(board: Board, volts: number): Board | undefined {
  const { supply } = board.power;
  if (supply === undefined) return undefined;
  const factor = supply.regulator === 'linear' ? volts / supply.volts.value : 1;
  const scaled = (figure: Figure | undefined): Figure | undefined =>
    figure && { ...figure, value: precise(figure.value * factor) };
  const { activeMilliwatts, idleMilliwatts, sleepMilliwatts, unclockedMilliwatts, wakeMicrojoules } = board.power;
  const figures = { activeMilliwatts, idleMilliwatts, sleepMilliwatts, unclockedMilliwatts, wakeMicrojoules };
  const known = Object.entries(figures).flatMap(([name, figure]) => {
    const value = scaled(figure);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...board,
    power: { ...Object.fromEntries(known), supply: { ...supply, volts: { value: volts, source: configuredSource } } },
    sources: { ...board.sources, [configuredSource]: configured },
  };
}

/** Power of a device (mW) as its owner states it. */
export interface StatedPower {
  readonly activeMilliwatts?: number;
  readonly idleMilliwatts?: number;
  readonly sleepMilliwatts?: number;
}

/**
 * The board with power as its owner states it, which holds at its clock and supply as they are by now. Where active power is stated, energy is no less certain than latency:
 * what the board's file says of energy's error is about its own power.
 */
export function poweredAs(board: Board, stated: StatedPower): Board {
  const figures = Object.entries(stated).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, { value, source: configuredSource }] as const] : [],
  );
  const withoutError = ({ energyError: _, ...runtime }: BoardRuntime): BoardRuntime => runtime;
  return {
    ...board,
    power: { ...board.power, ...Object.fromEntries(figures) },
    runtimes:
      stated.activeMilliwatts === undefined
        ? board.runtimes
        : Object.fromEntries(Object.entries(board.runtimes).map(([id, runtime]) => [id, withoutError(runtime)])),
    sources: { ...board.sources, [configuredSource]: configured },
  };
}

/** Whether a figure of a board is its owner's, stated in the configuration. */
export const isStated = (figure: Figure | undefined): boolean => figure?.source === configuredSource;
