import { finishOf } from '../arithmetic/channel-scaling.ts';
import { denseScaling, denseWeightZero } from '../fully-connected.ts';
import { input, output } from '../refuse.ts';
import { isInt8 } from './channel-blocks.ts';
import { onImage } from './convolution.ts';
import type { FastKernel } from './kernel.ts';
import { aligned, scratchLimitBytes } from './memory.ts';
import { placeProducts } from './products.ts';

/** FULLY_CONNECTED of int8 activations. */
export const fastFullyConnected: FastKernel = (node, memory) => {
  const vectors = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const result = output(node);
  const depth = weights.shape.at(-1) ?? 1;
  const channels = result.shape.at(-1) ?? 1;
  const from = vectors.values;
  const to = result.values;
  const matrix = weights.values;
  if (!(from instanceof Int8Array && to instanceof Int8Array && matrix instanceof Int8Array)) return undefined;
  const weightZero = denseWeightZero(vectors, weights, result, depth);
  if (!weights.constant || bias?.constant === false || !isInt8(vectors.zeroPoint, result.zeroPoint, weightZero))
    return undefined;
  const bytes = aligned(2 * from.length + 16);
  if (depth < 1 || channels < 1 || bytes > scratchLimitBytes) return undefined;
  const plan = placeProducts(memory, {
    windowStarts: Int32Array.from({ length: to.length / channels }, (_, row) => row * depth * 2),
    runStarts: Int32Array.of(0),
    runElements: depth,
    weight: (channel, _, element) => (matrix[channel * depth + element] as number) - weightZero,
    finish: finishOf(node, denseScaling(node, vectors, weights, bias, result, channels), bias, false),
  });
  const { zeroPoint } = vectors;
  const make = (values: Int8Array): number => {
    const image = memory.scratch();
    memory.bytes().set(values, image + bytes);
    memory.kernels.widen(image + bytes, image, 1, values.length, 0, 0, zeroPoint);
    return image;
  };
  memory.reserveScratch(bytes + from.length + 16);
  return onImage(memory, { bytes, make }, from, to, (at, target) => memory.kernels.multiply(plan, at, target));
};
