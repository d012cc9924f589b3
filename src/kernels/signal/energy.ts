import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output } from '../refuse.ts';

/** SignalEnergy: the squared magnitude of each bin of a spectrum from `start_index` to before `end_index`; other outputs keep what they hold. */
export const energy: Kernel = (node) => {
  const spectrum = int16(node, input(node, 0));
  const to = output(node);
  accept(node, to, 'uint32');
  const target = to.values as Uint32Array;
  const options = customOptions(node);
  const start = optionOf(node, options, 'start_index');
  const end = Math.min(optionOf(node, options, 'end_index'), target.length);
  return () => {
    for (let bin = start; bin < end; bin += 1) {
      target[bin] = (spectrum[2 * bin] as number) ** 2 + (spectrum[2 * bin + 1] as number) ** 2;
    }
  };
};
