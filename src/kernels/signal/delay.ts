import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output, refuse } from '../refuse.ts';

/** SignalDelay: rows of samples, each `delay_length` samples late; zeros come first. */
export const delay: Kernel = (node) => {
  const from = int16(node, input(node, 0));
  const to = int16(node, output(node));
  const length = optionOf(node, customOptions(node), 'delay_length');
  if (length < 0 || length > 2 ** 20) refuse(node, `a delay of ${length} samples`);
  const frame = input(node, 0).shape.at(-1) ?? 1;
  const held = Array.from({ length: from.length / frame }, () => new Int16Array(length + frame));
  node.onReset(() => {
    for (const row of held) row.fill(0);
  });
  return () => {
    held.forEach((row, index) => {
      row.set(from.subarray(index * frame, (index + 1) * frame), length);
      to.set(row.subarray(0, frame), index * frame);
      row.copyWithin(0, frame);
    });
  };
};
