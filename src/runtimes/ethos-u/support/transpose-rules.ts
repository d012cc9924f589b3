import { constantNumbers } from '../../../graph/constant-numbers.ts';
import { elementBits } from '../../../graph/data-type.ts';
import type { NpuRule } from './rule.ts';
import { atLeastFour } from './view.ts';

/** Rules of transposing on Ethos-U55 and U65. Source: tflite_supported_operators_u55.cpp of Vela 5.2.0's compilation core. */

const remedy = 'move the transpose out of the model, or keep tensors channels-last (NHWC) so that it is not needed';

export const transposeLimits: NpuRule = {
  must: 'has at most 8 axes of limited extents, and with int32 swaps height and width or width and channels only',
  remedy,
  fails: ({ family, inputs: [input], parameters: [order] }) => {
    const axes = order === undefined ? [] : (constantNumbers(order) ?? []);
    if (axes.length > 8) return `it has ${axes.length} axes`;
    if (family === 'u85') return undefined;
    const shape = atLeastFour(input);
    const added = shape.length - axes.length;
    const permutation = [...Array.from({ length: added }, (_, axis) => axis), ...axes.map((axis) => axis + added)];
    const isIdentity = permutation.every((axis, position) => axis === position);
    return elementBits(input?.dtype ?? 'int8') === 32
      ? wide(shape, permutation, isIdentity)
      : narrow(shape, permutation, isIdentity);
  },
};

function wide(shape: readonly number[], permutation: readonly number[], isIdentity: boolean): string | undefined {
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  const found = `it is int32 [${shape.join(', ')}] in order [${permutation.join(', ')}]`;
  if (shape.length > 4) return found;
  if (isIdentity) return c <= 2 ** 15 ? undefined : found;
  if (permutation.join() === '0,2,1,3')
    return n === 1 && h <= 2 ** 16 && w <= 2 ** 16 && c <= 2 ** 14 ? undefined : found;
  if (permutation.join() === '0,1,3,2') return n * h <= 2 ** 16 && w <= 2 ** 16 && c <= 2 ** 16 ? undefined : found;
  return found;
}

function narrow(shape: readonly number[], permutation: readonly number[], isIdentity: boolean): string | undefined {
  if (isIdentity) return undefined;
  const outer = shape.slice(0, -3).reduce((product, extent) => product * extent, 1);
  const found = `it has [${shape.join(', ')}]`;
  const keepsOuter = permutation.slice(0, -3).every((axis, position) => axis === position);
  if (outer === 1 && keepsOuter) return shape.slice(-3).every((extent) => extent <= 2 ** 16) ? undefined : found;
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const tooLarge = shape.some((one, at) =>
    shape.some((other, later) => later > at && elements / (one * other) > 2 ** 16),
  );
  return tooLarge ? found : undefined;
}
