import { intAttribute } from '../graph/access.ts';
import { accept, rankWithin, sameType } from './accept.ts';
import { evenSteps, sourcePositions } from './by-axis.ts';
import type { Kernel, Node } from './kernel.ts';
import { rearranging } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** SPACE_TO_DEPTH: squares of `block_size` pixels become one pixel with all their channels. */
export const spaceToDepth: Kernel = (node) => {
  const block = checked(node);
  const from = input(node, 0);
  if ((from.shape[1] ?? 0) % block !== 0 || (from.shape[2] ?? 0) % block !== 0) {
    refuse(node, `blocks of ${block} do not divide the image`);
  }
  return rearranging(from, output(node), () => spaceToDepthPositions(from.shape, block));
};

/** DEPTH_TO_SPACE: the way back. */
export const depthToSpace: Kernel = (node) => {
  const block = checked(node);
  const from = input(node, 0);
  if ((from.shape[3] ?? 0) % (block * block) !== 0) refuse(node, `blocks of ${block} do not divide the channels`);
  return rearranging(from, output(node), () => depthToSpacePositions(from.shape, block));
};

/** For every element of SPACE_TO_DEPTH's output its position in the image of `shape` (NHWC). */
function spaceToDepthPositions(shape: readonly number[], block: number): Int32Array {
  const [batches = 1, height = 1, width = 1, channels = 1] = shape;
  const row = width * channels;
  return sourcePositions([
    evenSteps(batches, height * row),
    evenSteps(height / block, block * row),
    evenSteps(width / block, block * channels),
    evenSteps(block, row),
    evenSteps(block * channels, 1),
  ]);
}

/** For every element of DEPTH_TO_SPACE's output its position in the image of `shape` (NHWC). */
function depthToSpacePositions(shape: readonly number[], block: number): Int32Array {
  const [batches = 1, height = 1, width = 1, channels = 1] = shape;
  const kept = channels / block / block;
  return sourcePositions([
    evenSteps(batches * height, width * channels),
    evenSteps(block, block * kept),
    evenSteps(width, channels),
    evenSteps(block * kept, 1),
  ]);
}

function checked(node: Node): number {
  const from = input(node, 0);
  accept(node, from, 'float32', 'int8');
  sameType(node, from, output(node));
  rankWithin(node, from, 4, 4);
  const block = intAttribute(node.operator, 'block_size', 0);
  if (block <= 0) refuse(node, 'the block size is not positive');
  return block;
}
