import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output, refuse } from '../refuse.ts';

/**
 * SignalFramer: overlapping frames of samples that come in steps. The second output says whether all frames were full;
 * one that is not keeps what the output holds.
 */
export const framer: Kernel = (node) => {
  const from = int16(node, input(node, 0));
  const to = int16(node, output(node, 0));
  const valid = output(node, 1);
  accept(node, valid, 'bool');
  const options = customOptions(node);
  const size = optionOf(node, options, 'frame_size');
  const step = optionOf(node, options, 'frame_step');
  const prefill = optionOf(node, options, 'prefill', 0) !== 0;
  const row = input(node, 0).shape.at(-1) ?? 1;
  if (size < step || size !== output(node, 0).shape.at(-1)) refuse(node, `its output has no frames of ${size} samples`);
  if (step < 1 || row % step !== 0) refuse(node, `steps of ${step} do not divide ${row} samples`);
  const frames = row / step;
  const start = () =>
    Array.from({ length: from.length / row }, (): number[] => new Array(prefill ? size - step : 0).fill(0));
  let queues = start();
  node.onReset(() => {
    queues = start();
  });
  return () => {
    let full = true;
    queues.forEach((queue, index) => {
      for (let frame = index * frames; frame < (index + 1) * frames; frame += 1) {
        queue.push(...from.subarray(frame * step, (frame + 1) * step));
        if (queue.length < size) full = false;
        else {
          to.set(queue.slice(0, size), frame * size);
          queue.splice(0, step);
        }
      }
    });
    (valid.values as Uint8Array)[0] = Number(full);
  };
};
