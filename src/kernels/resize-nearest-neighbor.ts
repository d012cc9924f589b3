import { intAttribute } from '../graph/access.ts';
import { accept, rankWithin } from './accept.ts';
import { roundAway } from './arithmetic/activation.ts';
import { evenSteps, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { needConstant, rearranging } from './rearrange.ts';
import { input, output } from './refuse.ts';

/** RESIZE_NEAREST_NEIGHBOR: each output pixel is the nearest input pixel. */
export const resizeNearestNeighbor: Kernel = (node) => {
  const from = input(node, 0);
  const size = input(node, 1);
  const to = output(node);
  accept(node, to, 'float32', 'int8', 'int16');
  rankWithin(node, from, 4, 4);
  needConstant(node, size, 'the size');
  const alignCorners = intAttribute(node.operator, 'align_corners', 0) !== 0;
  const halfPixels = intAttribute(node.operator, 'half_pixel_centers', 0) !== 0;
  const [batches = 1, height = 1, width = 1, channels = 1] = from.shape;
  const [, toHeight = 1, toWidth = 1] = to.shape;
  const axis = (inputs: number, outputs: number, stride: number) =>
    nearestNeighbors(inputs, outputs, alignCorners, halfPixels).map((place) => place * stride);
  return rearranging(from, to, () =>
    sourcePositions([
      evenSteps(batches, height * width * channels),
      axis(height, toHeight, width * channels),
      axis(width, toWidth, channels),
      evenSteps(channels, 1),
    ]),
  );
};

/** For each of `outputs` places the nearest of `inputs`, computed in single precision as the device does. */
export function nearestNeighbors(
  inputs: number,
  outputs: number,
  alignCorners: boolean,
  halfPixels: boolean,
): Int32Array {
  const scale = alignCorners && outputs > 1 ? Math.fround((inputs - 1) / (outputs - 1)) : Math.fround(inputs / outputs);
  return Int32Array.from({ length: outputs }, (_, place) => {
    const scaled = Math.fround((place + (halfPixels ? 0.5 : 0)) * scale);
    const nearest = Math.min(alignCorners ? roundAway(scaled) : Math.floor(scaled), inputs - 1);
    return halfPixels ? Math.max(0, nearest) : nearest;
  });
}
