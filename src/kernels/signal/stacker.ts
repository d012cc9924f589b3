import { accept } from '../accept.ts';
import { customOptions, optionOf } from '../custom-options.ts';
import type { Kernel } from '../kernel.ts';
import { input, int16, output, refuse } from '../refuse.ts';

/**
 * SignalStacker: a frame with those before and after it. The first frame stands for those before it. The second output says whether there
 * were enough; the first keeps what it holds where not.
 */
export const stacker: Kernel = (node) => {
  const from = int16(node, input(node, 0));
  const to = int16(node, output(node, 0));
  const valid = output(node, 1);
  accept(node, valid, 'bool');
  const options = customOptions(node);
  const channels = optionOf(node, options, 'num_channels');
  const left = optionOf(node, options, 'stacker_left_context');
  const size = channels * (left + optionOf(node, options, 'stacker_right_context') + 1);
  const step = channels * optionOf(node, options, 'stacker_step');
  if (left < 0 || size !== to.length || channels > from.length) refuse(node, `${size} samples do not fit its output`);
  let queue: number[] | undefined;
  node.onReset(() => {
    queue = undefined;
  });
  return () => {
    const frame = from.subarray(0, channels);
    const copies = queue === undefined ? left + 1 : 1;
    queue ??= [];
    for (let copy = 0; copy < copies; copy += 1) queue.push(...frame);
    const full = queue.length >= size;
    if (full) {
      to.set(queue.slice(0, size));
      queue.splice(0, step);
    }
    (valid.values as Uint8Array)[0] = Number(full);
  };
};
