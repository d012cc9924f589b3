import { isDecoded } from '../decode.ts';
import type { Node } from '../kernel.ts';
import { input, output } from '../refuse.ts';

/**
 * The arithmetic of an operator with an input, weights that are constant (in the file, or decoded from it) and perhaps a constant bias, where fast kernels have it.
 * Weights that are not finite are left to the plain kernels: a zero of the padding times one of them is no zero.
 */
export function arithmeticOf(node: Node): 'int8' | 'int16' | 'float32' | undefined {
  const from = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const to = output(node);
  if (!(weights.constant || isDecoded(weights)) || bias?.constant === false || to.values.length === 0) return undefined;
  if (bias !== undefined && bias.values.length < (to.shape.at(-1) ?? 1)) return undefined;
  const arrays = [from.values, weights.values, to.values];
  if (arrays.every((values) => values instanceof Int8Array)) {
    return isInt8(from.zeroPoint, to.zeroPoint) ? 'int8' : undefined;
  }
  if ([from, to].every(({ values }) => values instanceof Int16Array) && weights.values instanceof Int8Array) {
    return from.zeroPoint === 0 && to.zeroPoint === 0 ? 'int16' : undefined;
  }
  if (arrays.every((values) => values instanceof Float32Array)) {
    return areFinite(weights.values as Float32Array) ? 'float32' : undefined;
  }
  return undefined;
}

/** A loop of its own, as calling `Number.isFinite` for each weight takes as long as placing them. */
function areFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (value - value !== 0) return false;
  }
  return true;
}

/** True when every value is an int8: zero points that are keep differences within 16 bits. */
export function isInt8(...values: readonly number[]): boolean {
  return values.every((value) => Number.isInteger(value) && value >= -128 && value <= 127);
}
