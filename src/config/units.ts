/** A quantity as it is written, `64 KiB`, in the unit that the gate counts in; `undefined` when the text is none. */
type Parser = (text: string) => number | undefined;

/** SI prefixes are powers of 1000, binary prefixes of 1024 (IEC 80000-13). */
const bytesPerUnit = { B: 1, kB: 1000, KiB: 1024, MB: 1000 ** 2, MiB: 1024 ** 2 } as const;
const millisecondsPerUnit = { us: 0.001, µs: 0.001, ms: 1, s: 1000 } as const;
const millijoulesPerUnit = { uJ: 0.001, µJ: 0.001, mJ: 1, J: 1000 } as const;
const hertzPerUnit = { kHz: 1e3, MHz: 1e6, GHz: 1e9 } as const;
const voltsPerUnit = { mV: 0.001, V: 1 } as const;
const milliwattsPerUnit = { uW: 0.001, µW: 0.001, mW: 1, W: 1000 } as const;
const daysPerUnit = { h: 1 / 24, day: 1, days: 1, d: 1, weeks: 7, week: 7, years: 365.25, year: 365.25 } as const;
const countPerUnit = { '': 1, k: 1000, M: 1_000_000 } as const;

/** Bytes: `64 KiB`, `1.5 MB`. `0` needs no unit. */
export const parseBytes: Parser = (text) => {
  const bytes = parseQuantity(text, bytesPerUnit);
  return bytes === undefined ? undefined : Math.round(bytes);
};

/** Milliseconds: `20 ms`, `500 us`, `1 s`. */
export const parseMilliseconds: Parser = (text) => parseQuantity(text, millisecondsPerUnit);

/** Hertz: `64 MHz`, `1.2 GHz`. */
export const parseHertz: Parser = (text) => parseQuantity(text, hertzPerUnit);

/** Millijoules: `2 mJ`, `350 uJ`. */
export const parseMillijoules: Parser = (text) => parseQuantity(text, millijoulesPerUnit);

/** Volts: `1.8 V`, `3300 mV`. */
export const parseVolts: Parser = (text) => parseQuantity(text, voltsPerUnit);

/** Milliwatts: `3 mW`, `15 uW`. */
export const parseMilliwatts: Parser = (text) => parseQuantity(text, milliwattsPerUnit);

/** Days: `365 days`, `12 h`, `2 years`. */
export const parseDays: Parser = (text) => parseQuantity(text, daysPerUnit);

/** A fraction of the base's value: `2 %` is 0.02. */
export const parsePercent: Parser = (text) => parseQuantity(text, { '%': 0.01 });

/** A difference of ratios: `0.5 pp` (percentage points) is 0.005. */
export const parsePoints: Parser = (text) => parseQuantity(text, { pp: 0.01 });

/** A number of things: `1000000`, `250 k`, `1 M`. */
export const parseCount: Parser = (text) => {
  const count = parseQuantity(text, countPerUnit);
  return count === undefined ? undefined : Math.round(count);
};

/** A ratio between 0 and 1: `0.92` or `92 %`. */
export const parseRatio: Parser = (text) => {
  const ratio = parseQuantity(text, { '': 1, '%': 0.01 });
  return ratio === undefined || ratio > 1 ? undefined : ratio;
};

/** A number that is not negative, and one of the units; `0` alone needs none. Divides where that is exact: 0.5 pp is 0.005, not 0.5 × 0.01. */
function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(\D*?)\s*$/.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const number = Number(digits);
  const factor = Object.hasOwn(units, unit) ? units[unit] : number === 0 && unit === '' ? 1 : undefined;
  if (factor === undefined || !Number.isFinite(number)) return undefined;
  return factor < 1 ? number / Math.round(1 / factor) : number * factor;
}
