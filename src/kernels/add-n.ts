import { accept, rankWithin, sameShape, sameType } from './accept.ts';
import { commonScaleSum } from './arithmetic/common-scale-sum.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, int8, output, refuse } from './refuse.ts';

/** ADD_N: the sum of tensors of one shape, in int8 of one scale too. */
export const addN: Kernel = (node) => {
  const terms = node.inputs.map((_, index) => input(node, index));
  const first = input(node, 0);
  const to = output(node);
  accept(node, to, 'float32', 'int8');
  sameType(node, to, ...terms);
  rankWithin(node, to, 0, 8);
  if (terms.length < 2) refuse(node, 'there is nothing to add');
  if (terms.some((term) => !sameShape(term.shape, first.shape))) refuse(node, 'the inputs differ in shape');
  if (to.dtype === 'float32') {
    const sources = terms.map((term) => float32(node, term));
    const target = float32(node, to);
    return () => {
      for (let index = 0; index < target.length; index += 1) {
        target[index] = sources.reduce((sum, source) => Math.fround(sum + (source[index] as number)), 0);
      }
    };
  }
  if (terms.some(({ scale, zeroPoint }) => scale !== first.scale || zeroPoint !== first.zeroPoint)) {
    refuse(node, 'the inputs differ in scale or zero point');
  }
  const { term, result, start } = commonScaleSum(first, to);
  const sources = terms.map((value) => int8(node, value));
  const target = int8(node, to);
  return () => {
    for (let index = 0; index < target.length; index += 1) {
      target[index] = result(sources.reduce((sum, source) => sum + term(source[index] as number), start));
    }
  };
};
