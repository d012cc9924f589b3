import { accept, sameType } from './accept.ts';
import { elementPairs } from './element-pairs.ts';
import type { Kernel } from './kernel.ts';
import { input, output } from './refuse.ts';

/** LOGICAL_AND. */
export const logicalAnd = logical((a, b) => a && b);

/** LOGICAL_OR. */
export const logicalOr = logical((a, b) => a || b);

function logical(compute: (a: boolean, b: boolean) => boolean): Kernel {
  return (node) => {
    const first = input(node, 0);
    const second = input(node, 1);
    const to = output(node);
    accept(node, first, 'bool');
    sameType(node, first, second, to);
    return elementPairs<number, number>(node, (a, b) => Number(compute(a !== 0, b !== 0)));
  };
}
