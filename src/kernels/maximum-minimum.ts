import { accept, sameType } from './accept.ts';
import { elementPairs } from './element-pairs.ts';
import type { Kernel } from './kernel.ts';
import { input, output } from './refuse.ts';

type Element = number | bigint;

/** MAXIMUM, element by element; where one is no number, the second operand. */
export const maximum = choosing((a, b) => (a > b ? a : b));

/** MINIMUM likewise. */
export const minimum = choosing((a, b) => (a < b ? a : b));

function choosing(choose: (a: Element, b: Element) => Element): Kernel {
  return (node) => {
    const first = input(node, 0);
    const second = input(node, 1);
    const to = output(node);
    accept(node, to, 'float32', 'int8', 'int16', 'int32', 'int64');
    sameType(node, to, first, second);
    return elementPairs<Element, Element>(node, choose);
  };
}
