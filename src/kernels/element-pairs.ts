import type { Node } from './kernel.ts';
import { operandsOf } from './operands.ts';

/**
 * A run that computes every output element from the two that stand opposite it, the inputs broadcast to the output's shape.
 * Elements go in and out as the arrays hold them: numbers, or bigints for 64-bit types.
 * @throws UserError when the inputs' types differ or their shapes do not broadcast
 */
export function elementPairs<Element extends number | bigint, Result extends number | bigint>(
  node: Node,
  compute: (a: Element, b: Element) => Result,
): () => void {
  const { first, second, result, firstAt, secondAt } = operandsOf(node);
  const a = first.values as unknown as Record<number, Element>;
  const b = second.values as unknown as Record<number, Element>;
  const to = result.values as unknown as Record<number, Result>;
  const count = result.values.length;
  return () => {
    for (let index = 0; index < count; index += 1) {
      const left = a[firstAt === undefined ? index : (firstAt[index] as number)] as Element;
      const right = b[secondAt === undefined ? index : (secondAt[index] as number)] as Element;
      to[index] = compute(left, right);
    }
  };
}
