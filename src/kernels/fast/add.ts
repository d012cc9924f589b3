import { additionScaling } from '../add.ts';
import { quantizedActivation } from '../arithmetic/activation.ts';
import type { FixedPoint } from '../arithmetic/fixed-point.ts';
import type { Node } from '../kernel.ts';
import { operandsOf } from '../operands.ts';
import { isInt8 } from './arithmetic-of.ts';
import type { LaneScaling } from './channel-blocks.ts';
import { blockChannels, placePlan, placeScaling } from './channel-blocks.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import { aligned, scratchLimitBytes } from './memory.ts';

/** ADD of int8 without broadcasting. */
export const fastAdd: FastKernel = (node, memory) => addition(node, memory, 1);

/** SUB of int8 without broadcasting. */
export const fastSubtract: FastKernel = (node, memory) => addition(node, memory, -1);

function addition(node: Node, memory: FastMemory, sign: 1 | -1): (() => void) | undefined {
  const operands = operandsOf(node);
  const { first, second, result, firstAt, secondAt } = operands;
  const a = first.values;
  const b = second.values;
  const to = result.values;
  if (!(a instanceof Int8Array && b instanceof Int8Array && to instanceof Int8Array)) return undefined;
  if (firstAt !== undefined || secondAt !== undefined) return undefined;
  if (!isInt8(first.zeroPoint, second.zeroPoint, result.zeroPoint)) return undefined;
  if (![first.scale, second.scale, result.scale].every((scale) => scale > 0)) return undefined;
  const bytes = aligned(to.length + blockChannels);
  if (3 * bytes > scratchLimitBytes) return undefined;

  const range = quantizedActivation(node.operator, result);
  const scaling = additionScaling(operands, range, sign);
  const placed = (factor: FixedPoint) =>
    placeScaling(memory, [new Array<LaneScaling>(blockChannels).fill({ ...factor, bias: 0 })]);
  const plan = placePlan(
    memory,
    placed(scaling.first),
    placed(scaling.second),
    placed(scaling.result),
    scaling.firstZero,
    scaling.secondZero,
    Number(sign === -1),
    range.min - scaling.resultZero,
    range.max - scaling.resultZero,
    scaling.resultZero,
  );
  memory.reserveScratch(3 * bytes);
  return () => {
    const at = memory.scratch();
    const all = memory.bytes();
    all.set(a, at);
    all.set(b, at + bytes);
    memory.kernels.add(plan, at, at + bytes, at + 2 * bytes, to.length);
    to.set(all.subarray(at + 2 * bytes, at + 2 * bytes + to.length));
  };
}
