import { floatActivation } from '../arithmetic/activation.ts';
import { finishOf } from '../arithmetic/channel-scaling.ts';
import { denseScaling, denseWeightZero } from '../fully-connected.ts';
import { input, output } from '../refuse.ts';
import type { TypedArray } from '../values.ts';
import { arithmeticOf, isInt8 } from './arithmetic-of.ts';
import { canBePlaced } from './channel-blocks.ts';
import type { Elements } from './elements.ts';
import { float32Elements, int8Elements, int16Elements } from './elements.ts';
import { multiplyFloats, placeFloatProducts } from './float-products.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import { aligned, scratchLimitBytes } from './memory.ts';
import { onImage } from './on-image.ts';
import { placeProducts } from './products.ts';

/** FULLY_CONNECTED of int8 or int16 activations or float. */
export const fastFullyConnected: FastKernel = (node, memory) => {
  const vectors = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const to = output(node);
  const depth = weights.shape.at(-1) ?? 1;
  const channels = to.shape.at(-1) ?? 1;
  const arithmetic = arithmeticOf(node);
  if (arithmetic === undefined || depth < 1 || 12 * vectors.values.length > scratchLimitBytes) return undefined;
  const matrix = weights.values;
  const sums = (elements: Elements) => ({
    windowStarts: Int32Array.from(
      { length: to.values.length / channels },
      (_, row) => row * depth * elements.imageBytes,
    ),
    runStarts: Int32Array.of(0),
    runElements: depth,
    weights: { values: matrix, channelPitch: depth, elementPitch: 1 },
  });
  if (arithmetic === 'int8') {
    const weightZero = denseWeightZero(vectors, weights, to, depth);
    if (!isInt8(weightZero)) return undefined;
    const elements = int8Elements(memory, vectors.zeroPoint);
    const finish = finishOf(node, denseScaling(node, vectors, weights, bias, to, channels), bias, false);
    const plan = placeProducts(memory, sums(elements), finish, weightZero);
    const image = unpadded(memory, elements, vectors.values.length);
    return onImage(memory, image, vectors.values, to.values, memory.kernels.multiply, plan);
  }
  if (arithmetic === 'int16') {
    const finish = finishOf(node, denseScaling(node, vectors, weights, bias, to, channels), bias, true);
    if (!canBePlaced(finish) || !sumsFit(matrix, depth)) return undefined;
    const elements = int16Elements(memory);
    const plan = placeProducts(memory, sums(elements), finish);
    const image = unpadded(memory, elements, vectors.values.length);
    return onImage(memory, image, vectors.values, to.values, memory.kernels.multiplyWide, plan);
  }
  const elements = float32Elements(memory);
  const plan = placeFloatProducts(memory, sums(elements), channels, bias, floatActivation(node.operator));
  const image = unpadded(memory, elements, vectors.values.length);
  return onImage(memory, image, vectors.values, to.values, multiplyFloats(memory), plan);
};

/** True when no int16 activations take the sum of a row of weights beyond 32 bits, where the plain kernel does not wrap. */
function sumsFit(matrix: TypedArray, depth: number): boolean {
  let sum = 0;
  for (let index = 0; index < matrix.length; index++) {
    if (index % depth === 0) sum = 0;
    sum += Math.abs(Number(matrix[index]));
    if (sum * 2 ** 15 >= 2 ** 31) return false;
  }
  return true;
}

/** So many elements one after the other, as an image. */
function unpadded(memory: FastMemory, elements: Elements, count: number) {
  // Sums read up to three elements past the end.
  const bytes = aligned(count * elements.imageBytes + 16);
  memory.reserveScratch(bytes + count * elements.tensorBytes + 16);
  return {
    bytes,
    make(content: Int8Array): number {
      const image = memory.scratch();
      memory.bytes().set(content, image + bytes);
      elements.widen(image + bytes, image, 1, count, 0, 0);
      return image;
    },
  };
}
