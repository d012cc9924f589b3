import { accept } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { axisOf, extent, integers } from './rearrange.ts';
import { input, int32, output } from './refuse.ts';

/** ARG_MAX: along an axis the index of the greatest element, the first of equals. */
export const argMax = finding((candidate, best) => candidate > best);

/** ARG_MIN: of the least. */
export const argMin = finding((candidate, best) => candidate < best);

function finding(better: (candidate: number, best: number) => boolean): Kernel {
  return (node) => {
    const from = input(node, 0);
    const axisValue = input(node, 1);
    accept(node, from, 'float32', 'int8');
    accept(node, axisValue, 'int32');
    const source = from.values as Float32Array | Int8Array;
    const target = int32(node, output(node));
    return () => {
      const axis = axisOf(node, integers(axisValue)[0] ?? 0, from.shape.length);
      const size = from.shape[axis] ?? 1;
      const inner = extent(from.shape, axis + 1);
      for (let index = 0; index < target.length; index += 1) {
        const start = Math.floor(index / inner) * size * inner + (index % inner);
        let best = 0;
        for (let candidate = 1; candidate < size; candidate += 1) {
          if (better(source[start + candidate * inner] as number, source[start + best * inner] as number)) {
            best = candidate;
          }
        }
        target[index] = best;
      }
    };
  };
}
