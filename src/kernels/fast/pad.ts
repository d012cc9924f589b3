import { fillOf } from '../pad.ts';
import { input, output } from '../refuse.ts';
import type { TypedArray } from '../values.ts';
import type { FastKernel } from './kernel.ts';

/** PAD and PADV2 of any type of up to 32 bits: runs that stay together are copied as one, without WebAssembly. */
export const fastPad: FastKernel = (node) => {
  const { shape, values: from } = input(node, 0);
  const amounts = input(node, 1).values;
  const { shape: padded, values: to } = output(node);
  if (to instanceof BigInt64Array || to instanceof BigUint64Array) return undefined;
  if (amounts.some((amount: number | bigint) => amount < 0) || from.length === 0) return undefined;

  const before = shape.map((_, axis) => Number(amounts[2 * axis]));
  const innermost = padded.findLastIndex((extent, axis) => extent !== shape[axis]);
  const runAxis = Math.max(0, innermost);
  const runElements = shape.slice(runAxis).reduce((count, extent) => count * extent, 1);
  let starts = [0];
  for (const [axis, extent] of padded.entries()) {
    // From the run's axis on, only where the first element lies counts.
    const rows = axis < runAxis ? (shape[axis] ?? 1) : 1;
    starts = starts.flatMap((start) =>
      Array.from({ length: rows }, (_, row) => start * extent + (before[axis] ?? 0) + row),
    );
  }
  const fill = fillOf(node);
  const target: Exclude<TypedArray, BigInt64Array | BigUint64Array> = to;
  return () => {
    target.fill(fill());
    let at = 0;
    for (const start of starts) {
      target.set(from.subarray(at, at + runElements) as never, start);
      at += runElements;
    }
  };
};
