import { z } from 'zod';
import {
  parseBytes,
  parseCount,
  parseDays,
  parseHertz,
  parseMillijoules,
  parseMilliseconds,
  parseMilliwatts,
  parsePercent,
  parsePoints,
  parseRatio,
  parseVolts,
} from './units.ts';

/** A quantity in the gate's unit, with the text that it was written as. */
export interface Quantity {
  readonly value: number;
  readonly text: string;
}

/** How much more than the base: a fraction of it, an amount in the metric's unit, or both, and then both must be exceeded. */
export interface Increase {
  readonly relative?: number;
  readonly absolute?: number;
  readonly text: string;
}

type Parser = (text: string) => number | undefined;

/** A kind of quantity: how it is parsed, and how people are told what it looks like. */
interface Kind {
  readonly parse: Parser;
  readonly what: string;
  readonly pattern: string;
  /** What may be written without a unit, in words of JSON Schema. */
  readonly bare: Readonly<Record<string, number>>;
}

const number = String.raw`^\s*(\d+(\.\d+)?|\.\d+)\s*`;

export const size: Kind = {
  parse: parseBytes,
  what: 'a size with its unit (B, kB, KiB, MB, MiB), such as "64 KiB"',
  pattern: `${number}(B|kB|KiB|MB|MiB)\\s*$`,
  bare: { const: 0 },
};
export const time: Kind = {
  parse: parseMilliseconds,
  what: 'a time with its unit (us, ms, s), such as "20 ms"',
  pattern: `${number}(us|µs|ms|s)\\s*$`,
  bare: { const: 0 },
};
export const frequency: Kind = {
  parse: parseHertz,
  what: 'a frequency with its unit (kHz, MHz, GHz), such as "64 MHz"',
  pattern: `${number}(kHz|MHz|GHz)\\s*$`,
  bare: { const: 0 },
};
export const voltage: Kind = {
  parse: parseVolts,
  what: 'a voltage with its unit (mV, V), such as "1.8 V"',
  pattern: `${number}(mV|V)\\s*$`,
  bare: { const: 0 },
};
export const power: Kind = {
  parse: parseMilliwatts,
  what: 'a power with its unit (uW, mW, W), such as "3 mW"',
  pattern: `${number}(uW|µW|mW|W)\\s*$`,
  bare: { const: 0 },
};
export const days: Kind = {
  parse: parseDays,
  what: 'a time with its unit (h, days, weeks, years), such as "365 days"',
  pattern: `${number}(h|d|days?|weeks?|years?)\\s*$`,
  bare: { const: 0 },
};
export const energy: Kind = {
  parse: parseMillijoules,
  what: 'an energy with its unit (uJ, mJ, J), such as "2 mJ"',
  pattern: `${number}(uJ|µJ|mJ|J)\\s*$`,
  bare: { const: 0 },
};
export const count: Kind = {
  parse: parseCount,
  what: 'a number, such as "250 k" or "1 M"',
  pattern: `${number}[kM]?\\s*$`,
  bare: { minimum: 0 },
};
export const ratio: Kind = {
  parse: parseRatio,
  what: 'a ratio between 0 and 1 or a percentage, such as "92 %"',
  pattern: `${number}%?\\s*$`,
  bare: { minimum: 0, maximum: 1 },
};
export const points: Kind = {
  parse: parsePoints,
  what: 'percentage points, such as "0.5 pp"',
  pattern: `${number}pp\\s*$`,
  bare: { const: 0 },
};
const percent: Kind = {
  parse: parsePercent,
  what: 'a percentage of the base, such as "2%"',
  pattern: `${number}%\\s*$`,
  bare: { const: 0 },
};

/** A quantity of a kind. YAML reads what has no unit as a number; only a count, a ratio and 0 need none. */
export function quantitySchema(kind: Kind) {
  return rawSchema(kind.what, kind.pattern, kind.bare).transform((raw, context): Quantity => {
    const value = kind.parse(String(raw));
    if (value !== undefined) return { value, text: String(raw).trim() };
    context.addIssue({ code: 'custom', message: `${shown(raw)} is not ${kind.what}` });
    return z.NEVER;
  });
}

/** A quantity of a kind above zero. */
export function positiveSchema(kind: Kind) {
  return quantitySchema(kind).refine(({ value }) => value > 0, { error: 'must be more than 0' });
}

/** An increase over the base: `2%`, `4 KiB`, or a list of the two. */
export function increaseSchema(kind: Kind) {
  const what = `${percent.what}, or ${kind.what}`;
  const one = rawSchema(what, `(${percent.pattern})|(${kind.pattern})`, kind.bare);
  return z
    .union([one, z.array(one).min(1).max(2)], { error: `must be ${what}, or a list of the two` })
    .transform((raw, context): Increase => {
      const texts = (Array.isArray(raw) ? raw : [raw]).map(String);
      let relative: number | undefined;
      let absolute: number | undefined;
      for (const text of texts) {
        const asPercent = percent.parse(text);
        const asAmount = asPercent === undefined ? kind.parse(text) : undefined;
        if (asPercent === undefined && asAmount === undefined) {
          context.addIssue({ code: 'custom', message: `${shown(text)} is not ${what}` });
        } else if ((asPercent === undefined ? absolute : relative) !== undefined) {
          context.addIssue({
            code: 'custom',
            message: 'a list holds one percentage and one amount, of which both must be exceeded',
          });
        }
        relative ??= asPercent;
        absolute ??= asAmount;
      }
      return {
        ...(relative === undefined ? {} : { relative }),
        ...(absolute === undefined ? {} : { absolute }),
        text: texts.map((text) => text.trim()).join(' and '),
      };
    });
}

function rawSchema(what: string, pattern: string, bare: Kind['bare']) {
  return z.union([z.string().meta({ pattern }), z.number().meta(bare)], { error: `must be ${what}` });
}

function shown(raw: string | number): string {
  return typeof raw === 'string' ? JSON.stringify(raw) : `${raw}`;
}
