import { accept, sameType } from '../accept.ts';
import { clamp } from '../arithmetic/activation.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, output, refuse } from '../refuse.ts';

/** SignalOverlapAdd: frames added up `frame_step` samples apart; what reaches past the last step waits for the next invocation. */
export const overlapAdd: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'int16', 'float32');
  sameType(node, from, to);
  const step = optionOf(node, customOptions(node), 'frame_step');
  const size = from.shape.at(-1) ?? 1;
  const frames = from.shape.at(-2) ?? 1;
  if (step < 1 || step > size) refuse(node, `frames of ${size} samples cannot be ${step} apart`);
  const keep = from.dtype === 'int16' ? (sum: number) => clamp(sum, -32768, 32767) : (sum: number) => sum;
  const source = from.values as Int16Array;
  const target = to.values as Int16Array;
  const make = () => (from.dtype === 'int16' ? new Int16Array(size) : new Float32Array(size));
  const waiting = Array.from({ length: source.length / (size * frames) }, make);
  node.onReset(() => {
    for (const buffer of waiting) buffer.fill(0);
  });
  return () => {
    waiting.forEach((buffer, row) => {
      for (let frame = row * frames; frame < (row + 1) * frames; frame += 1) {
        for (let index = 0; index < size; index += 1) {
          buffer[index] = keep((buffer[index] as number) + (source[frame * size + index] as number));
        }
        target.set(buffer.subarray(0, step), frame * step);
        buffer.copyWithin(0, step).fill(0, size - step);
      }
    });
  };
};
