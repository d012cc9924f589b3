import { accept, sameType } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel, Node } from '../kernel.ts';
import { input, output, refuse } from '../refuse.ts';
import type { FftNumbers } from './fft-numbers.ts';
import { float32Numbers, int16Numbers, int32Numbers } from './fft-numbers.ts';
import { inverseRealTransform, realTransform } from './real-fft.ts';

const formats: Readonly<Record<string, FftNumbers>> = {
  int16: int16Numbers,
  int32: int32Numbers,
  float32: float32Numbers,
};

/** SignalRfft: the spectrum of frames, each filled up with zeros to the transform's length. */
export const rfft: Kernel = (node) => {
  const { from, to, numbers, length } = operands(node);
  const frame = input(node, 0).shape.at(-1) ?? 1;
  const bins = output(node).shape.at(-1) ?? 2;
  if (frame > length) refuse(node, `frames of ${frame} samples are longer than the transform's ${length}`);
  return () => {
    for (let start = 0, next = 0; start < from.length; start += frame, next += bins) {
      const samples = numbers.make(length);
      samples.set(from.subarray(start, start + frame));
      to.set(realTransform(numbers, samples).subarray(0, bins), next);
    }
  };
};

/** SignalIrfft: the frames of spectra. */
export const irfft: Kernel = (node) => {
  const { from, to, numbers, length } = operands(node);
  const bins = input(node, 0).shape.at(-1) ?? 2;
  const frame = output(node).shape.at(-1) ?? 1;
  if (bins < length + 2)
    refuse(node, `spectra of ${bins / 2} bins are too short for the transform's ${length} samples`);
  return () => {
    for (let start = 0, next = 0; start < from.length; start += bins, next += frame) {
      const samples = inverseRealTransform(numbers, from.subarray(start, start + length + 2)).subarray(0, frame);
      // Source: signal/src/irfft_float.cc; fixed point is scaled on the way.
      to.set(from instanceof Float32Array ? samples.map((sample) => sample / length) : samples, next);
    }
  };
};

function operands(node: Node) {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'int16', 'int32', 'float32');
  sameType(node, from, to);
  const numbers = formats[from.dtype] ?? int16Numbers;
  const length = optionOf(node, customOptions(node), 'fft_length');
  if (length < 2 || length % 2 !== 0 || length > 2 ** 16) refuse(node, `a transform of ${length} samples`);
  return {
    from: from.values as Int16Array | Float32Array,
    to: to.values as Int16Array | Float32Array,
    numbers,
    length,
  };
}
