import { accept, sameType } from './accept.ts';
import { clamp, typeRange } from './arithmetic/activation.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import type { Kernel } from './kernel.ts';
import { input, output, refuse } from './refuse.ts';

/** ABS: the magnitude; quantised types are rescaled where the output has another scale. */
export const abs: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'float32', 'int8', 'int16');
  sameType(node, from, to);
  const compute = from.dtype === 'float32' || from.quantization === undefined ? Math.abs : quantizedAbs();
  const source = from.values as Float32Array | Int8Array | Int16Array;
  const target = to.values as Float32Array | Int8Array | Int16Array;
  return () => {
    for (let index = 0; index < target.length; index += 1) target[index] = compute(source[index] as number);
  };

  function quantizedAbs(): (value: number) => number {
    if (from.dtype === 'int16' && (from.zeroPoint !== 0 || to.zeroPoint !== 0)) {
      refuse(node, 'an int16 tensor has a zero point that is not 0');
    }
    const { min, max } = typeRange(to.dtype);
    const { multiplier, shift } = fixedPoint(Math.fround(from.scale / to.scale));
    return (value) => {
      const magnitude = Math.abs(value - from.zeroPoint);
      const scaled = from.scale === to.scale ? magnitude : requantize(magnitude, multiplier, shift);
      return clamp(scaled + to.zeroPoint, min, max);
    };
  }
};
