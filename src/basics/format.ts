/**
 * Numbers as people read them. Every function is locale independent: a decimal point, no grouping, one space before the unit,
 * U+2212 as the minus sign, and never a negative zero.
 */

const minus = '−';
const kibibyte = 1024;
const mebibyte = 1024 * 1024;

/** What a number can stand for: a unit of a metric, or a plain count. */
export type Quantity = 'B' | 'ms' | 'mJ' | 'mW' | 'days' | 'ratio' | 'count';

/** Significant digits without exponent, never fewer digits before the point than there are: 0.0123, 1.23, 12.3, 123, 1234. */
function significant(value: number, digits = 3): string {
  const shortened = Number(value.toPrecision(digits));
  if (shortened === 0) return '0';
  const decimals = digits - 1 - Math.floor(Math.log10(shortened));
  return value.toFixed(Math.min(Math.max(0, decimals), 12));
}

/** One step of a ladder of units, largest first. A value is shown in the first unit in which it still rounds to at least 1. */
interface Step {
  readonly unit: string;
  readonly size: number;
}

const ladders = {
  ms: [
    { unit: 's', size: 1000 },
    { unit: 'ms', size: 1 },
    { unit: 'µs', size: 1e-3 },
  ],
  mJ: [
    { unit: 'J', size: 1000 },
    { unit: 'mJ', size: 1 },
    { unit: 'µJ', size: 1e-3 },
  ],
  mW: [
    { unit: 'W', size: 1000 },
    { unit: 'mW', size: 1 },
    { unit: 'µW', size: 1e-3 },
  ],
  days: [
    { unit: 'days', size: 1 },
    { unit: 'h', size: 1 / 24 },
  ],
  count: [
    { unit: 'G', size: 1e9 },
    { unit: 'M', size: 1e6 },
    { unit: 'k', size: 1e3 },
    { unit: '', size: 1 },
  ],
} as const satisfies Record<string, readonly Step[]>;

/** A size without sign, `extra` decimals more than usual. Whole sizes have no decimals: `64 KiB` is exactly that, `64.0 KiB` is about that. */
function bytesWithoutSign(magnitude: number, extra: number): string {
  const fixed = (value: number, decimals: number) =>
    Number.isInteger(value) ? String(value) : value.toFixed(decimals);
  if (magnitude < kibibyte) return `${fixed(magnitude, 1 + extra)} B`;
  const kibibytes = fixed(magnitude / kibibyte, 1 + extra);
  if (Number(kibibytes) < 1024) return `${kibibytes} KiB`;
  const mebibytes = magnitude / mebibyte;
  return `${fixed(mebibytes, (mebibytes < 10 ? 2 : 1) + extra)} MiB`;
}

function ladderWithoutSign(kind: keyof typeof ladders, magnitude: number, extra: number): string {
  const steps: readonly Step[] = ladders[kind];
  if (magnitude === 0) return withUnit('0', kind === 'count' ? '' : kind);
  for (const { unit, size } of steps) {
    const scaled = magnitude / size;
    const shown = significant(scaled, 3 + extra);
    if (Number(shown) >= 1 || size === steps.at(-1)?.size) return withUnit(tidy(scaled, shown), unit);
  }
  return String(magnitude);
}

/** Small whole numbers without decimals: 20 ms, not 20.0 ms. */
function tidy(scaled: number, shown: string): string {
  const withoutNoise = Number(scaled.toPrecision(9));
  return Number.isInteger(withoutNoise) ? String(withoutNoise) : shown;
}

function withUnit(text: string, unit: string): string {
  if (unit === '') return text;
  return `${text} ${text === '1' && unit === 'days' ? 'day' : unit}`;
}

/** A ratio as a percentage: one decimal, more where the value is under 1 % of its scale; whole percentages without decimals. */
function percentWithoutSign(ratio: number, extra: number): string {
  const percent = rounded(ratio * 100);
  if (Number.isInteger(percent)) return `${percent} %`;
  if (percent >= 1) return `${percent.toFixed(1 + extra)} %`;
  return `${significant(percent, 2 + extra)} %`;
}

/** Takes away the noise of binary fractions (0.07 × 100 = 7.000000000000001). */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function withoutSign(magnitude: number, quantity: Quantity, extra = 0): string {
  if (quantity === 'B') return bytesWithoutSign(magnitude, extra);
  if (quantity === 'ratio') return percentWithoutSign(magnitude, extra);
  return ladderWithoutSign(quantity, magnitude, extra);
}

/** Bytes are whole, and what is smaller than a hundred-millionth is the noise of binary fractions. */
function withoutNoise(value: number, quantity: Quantity): number {
  if (quantity === 'B') return Math.round(value);
  return Math.abs(value) < 1e-8 ? 0 : value;
}

/** A value with its unit: `71.2 KiB`, `18.3 ms`, `0.42 mJ` → `420 µJ`, `91.3 %` for a ratio, `22.6 k` for a count. */
export function formatValue(value: number, quantity: Quantity): string {
  const shown = withoutNoise(value, quantity);
  return `${shown < 0 ? minus : ''}${withoutSign(Math.abs(shown), quantity)}`;
}

/** A difference with its sign: `+9.1 KiB`, `−1.2 ms`, and `−0.5 pp` for a difference of ratios. Nothing is `0`, without sign or unit. */
export function formatDifference(value: number, quantity: Quantity): string {
  const shown = withoutNoise(value, quantity);
  if (shown === 0) return '0';
  const text = quantity === 'ratio' ? formatPoints(shown) : withoutSign(Math.abs(shown), quantity);
  return `${shown < 0 ? minus : '+'}${text}`;
}

/** Percentage points of a ratio's magnitude, without sign: `0.5 pp`. */
export function formatPoints(ratio: number): string {
  const points = rounded(Math.abs(ratio) * 100);
  if (Number.isInteger(points)) return `${points} pp`;
  return points >= 1
    ? `${points.toFixed(1)} pp`
    : `${significant(points, 2)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')} pp`;
}

/** A relative change with its sign: `+18.4 %`, `−3.1 %`, `+0.03 %`. Under a millionth of a percent it is `0 %`. */
export function formatRelative(fraction: number): string {
  if (Math.abs(fraction) < 1e-8) return '0 %';
  return `${fraction < 0 ? minus : '+'}${formatPercent(Math.abs(fraction))}`;
}

/** A fraction as a percentage without sign: `18.4 %`, `2 %`. */
export function formatPercent(fraction: number): string {
  return percentWithoutSign(Math.abs(fraction), 0);
}

/**
 * Two values that are compared, with as many decimals as it takes to tell them apart: `64.02 KiB` and `64 KiB`.
 * Equal values give equal texts.
 */
export function formatPair(left: number, right: number, quantity: Quantity): readonly [string, string] {
  const sign = (value: number) => (value < 0 ? minus : '');
  for (let extra = 0; extra <= 6; extra += 1) {
    const texts = [left, right].map((value) => sign(value) + withoutSign(Math.abs(value), quantity, extra));
    const [first = '', second = ''] = texts;
    if (left === right || Number.parseFloat(first) !== Number.parseFloat(second) || unitOf(first) !== unitOf(second)) {
      return [first, second];
    }
  }
  return quantity === 'B' ? [`${left} B`, `${right} B`] : [String(left), String(right)];
}

function unitOf(text: string): string {
  return text.slice(text.indexOf(' ') + 1);
}
