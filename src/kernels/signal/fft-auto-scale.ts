import type { Kernel } from '../kernel.ts';
import { input, int16, int32, output } from '../refuse.ts';

/** SignalFftAutoScale: samples shifted to the left as far as all of them fit 16 bits, and by how many bits that was. */
export const fftAutoScale: Kernel = (node) => {
  const from = int16(node, input(node, 0));
  const to = int16(node, output(node, 0));
  const bits = int32(node, output(node, 1));
  return () => {
    const shift = headroom(from);
    for (let index = 0; index < to.length; index += 1) to[index] = (from[index] as number) << shift;
    bits[0] = shift;
  };
};

/** How far samples can be shifted to the left; silence is not shifted. */
export function headroom(samples: Int16Array): number {
  // -32768 has no magnitude in 16 bits; the device's maximum then starts over.
  let greatest = 0;
  for (const sample of samples) {
    if (Math.abs(sample) > greatest) greatest = (Math.abs(sample) << 16) >> 16;
  }
  return greatest <= 0 ? 0 : Math.clz32(greatest) - 17;
}
