import { accept, rankWithin, sameType } from './accept.ts';
import { customOptions, optionOf } from './custom-options.ts';
import type { Kernel } from './kernel.ts';
import { endOfInvocation } from './kernel.ts';
import { input, int8, output, refuse } from './refuse.ts';

/**
 * CIRCULAR_BUFFER: the last rows of a stream, the new one at the end. What comes after it runs at every `cycles_max`-th invocation alone:
 * the others end here.
 */
export const circularBuffer: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'int8');
  sameType(node, from, to);
  rankWithin(node, from, 4, 4);
  rankWithin(node, to, 4, 4);
  if (from.shape[1] !== 1 || from.values.length * (to.shape[1] ?? 0) !== to.values.length) {
    refuse(node, `rows of [${from.shape.join(', ')}] do not fill [${to.shape.join(', ')}]`);
  }
  const given = optionOf(node, customOptions(node), 'cycles_max', 0);
  // Models without the option are taken for those that TensorFlow Lite Micro knows by their sizes (CircularBufferPrepare).
  const cycles = given > 0 ? given : [5, 13, 25].includes(to.shape[1] ?? 0) ? 1 : 2;
  const source = int8(node, from);
  const target = int8(node, to);
  let left = cycles;
  node.onReset(() => {
    target.fill(0);
    left = cycles;
  });
  return () => {
    target.copyWithin(0, source.length);
    target.set(source, target.length - source.length);
    left -= 1;
    if (left > 0) throw endOfInvocation;
    left = cycles;
  };
};
