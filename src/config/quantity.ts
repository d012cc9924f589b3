import * as z from 'zod';
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
  /** A tag or a commit that it is more than, instead of the base. */
  readonly since?: string;
  readonly text: string;
}

/** A drop in percentage points, and what it is from where that is not the base. */
export interface Drop extends Quantity {
  readonly since?: string;
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

/** A tag, or a commit by its id: what git takes for a reference (git-check-ref-format) and can't be an option, a range or an expression. */
const reference = /^(?!.*(?:\.\.|\/\/|\/\.|@\/))[A-Za-z0-9_](?:[A-Za-z0-9_./@+-]{0,198}[A-Za-z0-9_+-])?$/;

/** `10% since v1.2.0`, taken apart. */
function splitSince(text: string): { readonly amount: string; readonly since?: string } {
  const [, amount = '', since] = /^(.*?)\s+since\s+(\S+)\s*$/s.exec(text) ?? [];
  return since === undefined ? { amount: text } : { amount, since };
}

/** A pattern of an amount that may say since when. */
function sincePattern({ pattern }: Kind): string {
  return pattern.replace(/\\s\*\$$/, String.raw`(\s+since\s+\S+)?\s*$`);
}

function isReference(since: string): boolean {
  return reference.test(since) && !since.endsWith('.lock');
}

const noReference = (since: string) => `${shown(since)} is neither a tag nor the id of a commit, such as "v1.2.0"`;

/** An increase over the base: `2%`, `4 KiB`, or a list of the two; over something earlier: `10% since v1.2.0`. */
export function increaseSchema(kind: Kind) {
  const what = `${percent.what}, or ${kind.what}`;
  const one = rawSchema(what, `(${sincePattern(percent)})|(${sincePattern(kind)})`, kind.bare);
  return z
    .union([one, z.array(one).min(1).max(2)], { error: `must be ${what}, or a list of the two` })
    .transform((raw, context): Increase => {
      const complain = (message: string) => context.addIssue({ code: 'custom', message });
      const parts = (Array.isArray(raw) ? raw : [raw]).map((each) => splitSince(String(each)));
      let relative: number | undefined;
      let absolute: number | undefined;
      for (const { amount } of parts) {
        const asPercent = percent.parse(amount);
        const asAmount = asPercent === undefined ? kind.parse(amount) : undefined;
        if (asPercent === undefined && asAmount === undefined) complain(`${shown(amount)} is not ${what}`);
        else if ((asPercent === undefined ? absolute : relative) !== undefined)
          complain('a list holds one percentage and one amount, of which both must be exceeded');
        relative ??= asPercent;
        absolute ??= asAmount;
      }
      const [since, ...others] = new Set(parts.map((part) => part.since));
      if (others.length > 0) complain('what is said together has to be since the same, or both over the base');
      if (since !== undefined && !isReference(since)) complain(noReference(since));
      return {
        ...(relative === undefined ? {} : { relative }),
        ...(absolute === undefined ? {} : { absolute }),
        ...(since === undefined ? {} : { since }),
        text: `${parts.map(({ amount }) => amount.trim()).join(' and ')}${since === undefined ? '' : ` since ${since}`}`,
      };
    });
}

/** A drop below the base in percentage points: `0.5 pp`; below something earlier: `0.5 pp since v1.2.0`. */
export function dropSchema() {
  return rawSchema(points.what, sincePattern(points), points.bare).transform((raw, context): Drop => {
    const { amount, since } = splitSince(String(raw));
    const value = points.parse(amount);
    const text = String(raw).trim();
    if (value === undefined) context.addIssue({ code: 'custom', message: `${shown(raw)} is not ${points.what}` });
    else if (since !== undefined && !isReference(since))
      context.addIssue({ code: 'custom', message: noReference(since) });
    else return { value, text, ...(since === undefined ? {} : { since }) };
    return z.NEVER;
  });
}

function rawSchema(what: string, pattern: string, bare: Kind['bare']) {
  return z.union([z.string().meta({ pattern }), z.number().meta(bare)], { error: `must be ${what}` });
}

function shown(raw: string | number): string {
  return typeof raw === 'string' ? JSON.stringify(raw) : `${raw}`;
}
