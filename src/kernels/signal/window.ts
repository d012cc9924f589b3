import { clamp } from '../arithmetic/activation.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output } from '../refuse.ts';

/** SignalWindow: frames times a window's weights, shifted to the right. */
export const window: Kernel = (node) => {
  const from = int16(node, input(node, 0));
  const weights = int16(node, input(node, 1));
  const to = int16(node, output(node));
  const shift = optionOf(node, customOptions(node), 'shift');
  return () => {
    for (let index = 0; index < to.length; index += 1) {
      const weighted = Math.imul(from[index] as number, weights[index % weights.length] as number) >> shift;
      to[index] = clamp(weighted, -32768, 32767);
    }
  };
};
