import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, output, refuse } from '../refuse.ts';

/**
 * SignalFilterBankSpectralSubtraction: channels less a running estimate of their noise, but no less than a share of the signal.
 * The estimate goes on over invocations; channels of odd number have a smoothing of their own.
 */
export const filterBankSpectralSubtraction: Kernel = (node) => {
  const [from, to, estimateOut] = [input(node, 0), output(node, 0), output(node, 1)];
  for (const value of [from, to, estimateOut]) accept(node, value, 'uint32');
  const [source, target, estimates] = [from, to, estimateOut].map(({ values }) => values as Uint32Array) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const options = customOptions(node);
  const option = (name: string) => optionOf(node, options, name);
  const wide = (name: string) => BigInt(option(name));
  const rates = [
    [wide('smoothing'), wide('one_minus_smoothing')],
    [wide('alternate_smoothing'), wide('alternate_one_minus_smoothing')],
  ] as const;
  const remaining = wide('min_signal_remaining');
  const bits = wide('spectral_subtraction_bits');
  const smoothingBits = option('smoothing_bits');
  const clamping = option('clamping') !== 0;
  const channels = option('num_channels');
  if (channels > target.length || channels > source.length)
    refuse(node, `its tensors are too small for ${channels} channels`);
  const noise = new Uint32Array(channels);
  node.onReset(() => void noise.fill(0));
  const low32 = (value: bigint) => Number(BigInt.asUintN(32, value));
  return () => {
    for (let channel = 0; channel < channels; channel += 1) {
      const [smoothing, rest] = rates[(channel & 1) as 0 | 1];
      const signal = source[channel] as number;
      const scaled = (signal << smoothingBits) >>> 0;
      const estimate = low32((BigInt(scaled) * smoothing + BigInt(noise[channel] as number) * rest) >> bits);
      const subtracted = Math.min(estimate, scaled);
      noise[channel] = clamping ? subtracted : estimate;
      const floor = low32((BigInt(signal) * remaining) >> bits);
      target[channel] = Math.max((scaled - subtracted) >>> smoothingBits, floor);
    }
    estimates.set(noise.subarray(0, estimates.length));
  };
};
