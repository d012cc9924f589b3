import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output, refuse } from '../refuse.ts';

/**
 * SignalFilterBank: sums of a spectrum in overlapping channels. What a channel does not weigh of its bins (`unweights`) belongs to the next.
 * The first channel only starts the second.
 */
export const filterBank: Kernel = (node) => {
  const spectrum = input(node, 0);
  const to = output(node);
  accept(node, spectrum, 'uint32');
  accept(node, to, 'uint64');
  const bins = spectrum.values as Uint32Array;
  const sums = to.values as BigUint64Array;
  const [weights, unweights, firstBins, firstWeights, widths] = [1, 2, 3, 4, 5].map((index) =>
    int16(node, input(node, index)),
  ) as [Int16Array, Int16Array, Int16Array, Int16Array, Int16Array];
  const channels = optionOf(node, customOptions(node), 'num_channels');
  if (channels > sums.length || channels >= widths.length)
    refuse(node, `its tensors are too small for ${channels} channels`);
  return () => {
    let carried = 0n;
    for (let channel = 0; channel <= channels; channel += 1) {
      let sum = carried;
      carried = 0n;
      for (let index = 0; index < (widths[channel] as number); index += 1) {
        const bin = BigInt(bins[(firstBins[channel] as number) + index] ?? 0);
        const weight = (firstWeights[channel] as number) + index;
        sum += BigInt(weights[weight] ?? 0) * bin;
        carried += BigInt(unweights[weight] ?? 0) * bin;
      }
      if (channel > 0) sums[channel - 1] = sum;
    }
  };
};
