import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output } from '../refuse.ts';

/** Fractional bits of the ratio of signal to noise, and of the output (kPcanSnrBits, kPcanOutputBits). */
const ratioBits = 12;
const outputBits = 6;

/** SignalPCAN: per-channel automatic gain by a table of the noise estimate, then a compressing curve. */
export const pcan: Kernel = (node) => {
  const [from, estimate, to] = [input(node, 0), input(node, 1), output(node)];
  for (const value of [from, estimate, to]) accept(node, value, 'uint32');
  const gains = int16(node, input(node, 2));
  const shift = BigInt(optionOf(node, customOptions(node), 'snr_shift'));
  const [source, noise, target] = [from, estimate, to].map(({ values }) => values as Uint32Array) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  return () => {
    for (let channel = 0; channel < target.length; channel += 1) {
      const gain = gainOf(noise[channel] as number, gains) >>> 0;
      const ratio = BigInt.asUintN(32, (BigInt(source[channel] as number) * BigInt(gain)) >> shift);
      target[channel] = compressed(Number(ratio));
    }
  };
};

/** The gain at a noise level: a parabola for each power of two, four numbers each in the table (WideDynamicFunction). */
function gainOf(level: number, table: Int16Array): number {
  if (level <= 2) return table[level] ?? 0;
  const power = 32 - Math.clz32(level);
  const at = 4 * power - 6;
  const fraction = (power < 11 ? level << (11 - power) : level >>> (power - 11)) & 0x3ff;
  const slope = (Math.imul(table[at + 2] ?? 0, fraction) >> 5) + ((table[at + 1] ?? 0) << 5);
  const rise = (Math.imul(slope | 0, fraction) + (1 << 14)) >> 15;
  return ((rise + (table[at] ?? 0)) << 16) >> 16;
}

/** Quadratic up to a ratio of 2, a straight line from there (PcanShrink). */
function compressed(ratio: number): number {
  return ratio < 2 << ratioBits
    ? (ratio * ratio) >>> (2 + 2 * ratioBits - outputBits)
    : (ratio >>> (ratioBits - outputBits)) - (1 << outputBits);
}
