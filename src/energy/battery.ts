import * as z from 'zod';
import { nearest } from '../basics/nearest.ts';
import { ownData } from '../basics/own-data.ts';
import { UserError } from '../errors.ts';
import text from './batteries.yml';

const sourced = z.strictObject({ value: z.number().positive(), source: z.string() });
const common = {
  title: z.string(),
  about: z.string(),
  volts: sourced,
  usable: sourced,
  selfDischargePerYear: sourced,
  shelfYears: sourced,
};
const cellSchema = z.strictObject({
  ...common,
  milliampHours: sourced,
  continuousMilliamps: sourced,
  /** Currents that it gives for this long at a time. */
  pulse: z
    .strictObject({ milliamps: z.number().positive(), milliseconds: z.number().positive(), source: z.string() })
    .optional(),
});
const batteriesSchema = z.strictObject({
  batteries: z.record(z.string(), cellSchema),
  /** `continuousPerHour`: the current in multiples of what empties it in an hour. */
  lipo: z.strictObject({ ...common, continuousPerHour: sourced }),
  sources: z.record(z.string(), z.string().min(10)),
});

/** What the device is fed from, and what it takes between runs where the firmware's author knows it. */
export interface Supply {
  /** A name that `batteryOf` knows. */
  readonly battery?: string;
  readonly sleepMilliwatts?: number;
}

/** What a battery gives to a device. */
export interface Battery {
  /** As people write it: `CR2032`, `2xAA`, `lipo-500mAh`. */
  readonly name: string;
  readonly volts: number;
  /** Energy that reaches the device, in milliwatt-hours. */
  readonly usableMilliwattHours: number;
  /** What it loses by itself, as if something drew this power all the time. */
  readonly selfDischargeMilliwatts: number;
  readonly shelfYears: number;
  readonly continuousMilliamps: number;
  readonly pulse?: { readonly milliamps: number; readonly milliseconds: number };
}

/** Hours of a year of 365.25 days. */
export const hoursPerYear = 8766;

let loaded: z.infer<typeof batteriesSchema> | undefined;
const data = () => (loaded ??= batteriesSchema.parse(ownData(text)));

/** Names of the cells that come with the gate. */
export const batteryNames = (): readonly string[] => Object.keys(data().batteries);

/**
 * A battery by name: a cell (`CR2032`), several in series (`2xAA`), or a pack by its capacity (`lipo-500mAh`). Letter case does not count.
 * @throws UserError naming what is known
 */
export function batteryOf(name: string): Battery {
  const [, count = '1', cell = name] = /^\s*([1-9]\d?)\s*[x×]\s*(.+?)\s*$/i.exec(name) ?? [];
  const series = Number(count);
  const { lipo } = data();
  const pack = /^lipo-(\d+(?:\.\d+)?)\s*mah$/i.exec(cell.trim());
  if (pack !== null && Number(pack[1]) > 0) {
    const milliampHours = Number(pack[1]);
    return inSeries(name, series, lipo, milliampHours, {
      continuousMilliamps: milliampHours * lipo.continuousPerHour.value,
    });
  }
  const known = batteryNames();
  const found = known.find((each) => each.toLowerCase() === cell.trim().toLowerCase());
  const entry = found === undefined ? undefined : data().batteries[found];
  if (entry === undefined) {
    const close = nearest(cell, known);
    throw new UserError(
      `There is no battery "${name}"${close === undefined ? '.' : `; did you mean "${close}"?`} Known are ${known.join(', ')}, several in series such as 2xAA, and packs such as lipo-500mAh.`,
    );
  }
  return inSeries(name, series, entry, entry.milliampHours.value, {
    continuousMilliamps: entry.continuousMilliamps.value,
    ...(entry.pulse === undefined ? {} : { pulse: entry.pulse }),
  });
}

/** Cells in series add their voltages and energies; what each gives in current, the chain gives. */
function inSeries(
  name: string,
  series: number,
  {
    volts,
    usable,
    selfDischargePerYear,
    shelfYears,
  }: z.infer<typeof batteriesSchema>['lipo'] | z.infer<typeof cellSchema>,
  milliampHours: number,
  currents: Pick<Battery, 'continuousMilliamps' | 'pulse'>,
): Battery {
  const usableMilliwattHours = series * volts.value * milliampHours * usable.value;
  return {
    name: name.trim(),
    volts: series * volts.value,
    usableMilliwattHours,
    selfDischargeMilliwatts: (usableMilliwattHours * selfDischargePerYear.value) / hoursPerYear,
    shelfYears: shelfYears.value,
    ...currents,
  };
}
