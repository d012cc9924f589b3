import { accept, sameType } from './accept.ts';
import { broadcastPositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { input, output } from './refuse.ts';

/** SELECT_V2: elements of the second input where the condition holds, of the third elsewhere; all three are broadcast. */
export const selectV2: Kernel = (node) => {
  const condition = input(node, 0);
  const [yes, no] = [input(node, 1), input(node, 2)];
  const to = output(node);
  accept(node, condition, 'bool');
  accept(node, yes, 'float32', 'int8', 'int16');
  sameType(node, yes, no, to);
  const [conditions, fromYes, fromNo] = [condition, yes, no].map(({ shape }) =>
    broadcastPositions(shape, to.shape),
  ) as [Int32Array, Int32Array, Int32Array];
  const holds = condition.values as Uint8Array;
  const [chosen, other, result] = [yes, no, to].map(({ values }) => values as Float32Array) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return () => {
    for (let index = 0; index < result.length; index += 1) {
      result[index] = (
        holds[conditions[index] as number] === 0 ? other[fromNo[index] as number] : chosen[fromYes[index] as number]
      ) as number;
    }
  };
};
