import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output } from '../refuse.ts';

/** SignalFilterBankLog: scaled natural logarithms; 0 and 1 give 0. */
export const filterBankLog: Kernel = (node) => {
  const from = input(node, 0);
  accept(node, from, 'uint32');
  const source = from.values as Uint32Array;
  const to = int16(node, output(node));
  const options = customOptions(node);
  const correctionBits = optionOf(node, options, 'input_correction_bits');
  const scale = optionOf(node, options, 'output_scale');
  return () => {
    for (let index = 0; index < to.length; index += 1) {
      const value = ((source[index] as number) << correctionBits) >>> 0;
      to[index] = value > 1 ? Math.min(scaledLog(value, scale), 32767) : 0;
    }
  };
};

/** What a straight line between powers of two falls short of log₂, in 2^-16, at 128 steps and one past the end. */
const bulge = Int32Array.from({ length: 130 }, (_, step) =>
  step > 128 ? 0 : Math.round(65536 * (Math.log2(1 + step / 128) - step / 128)),
);

/** `scale * ln(value)` of an unsigned 32-bit integer above 1, by a line with a table of what it misses (Log32). */
export function scaledLog(value: number, scale: number): number {
  const whole = 31 - Math.clz32(value);
  const above = value - 2 ** whole;
  const fraction = whole < 16 ? above << (16 - whole) : above >>> (whole - 16);
  const step = fraction >>> 9;
  const [low, high] = [bulge[step] as number, bulge[step + 1] as number];
  const between = ((high - low) * (fraction - 512 * step)) >> 16;
  const logarithm = whole * 65536 + fraction + low + between;
  // ln 2 in 2^-16.
  const natural = Math.floor((45426 * logarithm + 32768) / 65536);
  return (Math.imul(scale, natural) + 32768) >>> 16;
}
