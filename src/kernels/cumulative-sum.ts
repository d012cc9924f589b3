import { intAttribute } from '../graph/access.ts';
import { accept, rankWithin, sameShape, sameType } from './accept.ts';
import { commonScaleSum } from './arithmetic/common-scale-sum.ts';
import type { Kernel } from './kernel.ts';
import { axisOf, extent, integers } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** CUMSUM: along an axis the sum of all elements so far, with (or exclusively without) the element itself, from either end. */
export const cumulativeSum: Kernel = (node) => {
  const from = input(node, 0);
  const axisValue = input(node, 1);
  const to = output(node);
  accept(node, from, 'float32', 'int8');
  accept(node, axisValue, 'int32');
  sameType(node, from, to);
  rankWithin(node, from, 1, 8);
  if (!sameShape(from.shape, to.shape)) refuse(node, 'input and output differ in shape');
  const exclusive = intAttribute(node.operator, 'exclusive', 0) !== 0;
  const backwards = intAttribute(node.operator, 'reverse', 0) !== 0;
  const { term, result, start } =
    from.dtype === 'int8'
      ? commonScaleSum(from, to)
      : { term: (value: number) => value, result: (sum: number) => sum, start: 0 };
  const keep = from.dtype === 'int8' ? (sum: number) => sum | 0 : Math.fround;
  const source = from.values as Float32Array | Int8Array;
  const target = to.values as Float32Array | Int8Array;
  return () => {
    const axis = axisOf(node, integers(axisValue)[0] ?? 0, from.shape.length);
    const size = from.shape[axis] ?? 1;
    const inner = extent(from.shape, axis + 1);
    for (let row = 0; row < target.length / size; row += 1) {
      const first = Math.floor(row / inner) * size * inner + (row % inner);
      let sum = start;
      for (let step = 0; step < size; step += 1) {
        const place = first + (backwards ? size - 1 - step : step) * inner;
        const next = keep(sum + term(source[place] as number));
        target[place] = result(exclusive ? sum : next);
        sum = next;
      }
    }
  };
};
