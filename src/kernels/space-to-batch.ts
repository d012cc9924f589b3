import { accept, rankWithin, sameType } from './accept.ts';
import type { Kernel, Node } from './kernel.ts';
import { integers, rearranging } from './rearrange.ts';
import { input, output } from './refuse.ts';

/** Rows and columns of a block, and what is padded or cropped above and to the left. */
interface BlockGrid {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
}

/**
 * SPACE_TO_BATCH_ND: the image taken apart into batches of every `height`-th row and `width`-th column.
 * Padding is 0 in integers whatever the zero point: TensorFlow Lite Micro does not set the pad value, and its memory starts as zeros.
 */
export const spaceToBatchNd: Kernel = (node) => {
  const { from, to, grid, constant } = operands(node);
  const positions = () => spaceToBatchPositions(imageShape(from.shape), imageShape(to.shape), grid());
  const run = rearranging(from, to, positions, constant);
  return () => {
    (to.values as Int8Array).fill(0);
    run();
  };
};

/** BATCH_TO_SPACE_ND: the way back; what is padded there is cropped here. */
export const batchToSpaceNd: Kernel = (node) => {
  const { from, to, grid, constant } = operands(node);
  const positions = () => batchToSpacePositions(imageShape(from.shape), imageShape(to.shape), grid());
  return rearranging(from, to, positions, constant);
};

type ImageShape = readonly [batches: number, height: number, width: number, channels: number];

/** For every element of SPACE_TO_BATCH_ND's output its position in the image, -1 in the padding. */
function spaceToBatchPositions(from: ImageShape, to: ImageShape, grid: BlockGrid): Int32Array {
  return imagePositions(to, (batch, y, x) => {
    const shift = Math.floor(batch / from[0]);
    const inputY = y * grid.height + Math.floor(shift / grid.width) - grid.top;
    const inputX = x * grid.width + (shift % grid.width) - grid.left;
    if (inputY < 0 || inputY >= from[1] || inputX < 0 || inputX >= from[2]) return -1;
    return (((batch % from[0]) * from[1] + inputY) * from[2] + inputX) * from[3];
  });
}

/** For every element of BATCH_TO_SPACE_ND's output its position in the batches. */
function batchToSpacePositions(from: ImageShape, to: ImageShape, grid: BlockGrid): Int32Array {
  return imagePositions(to, (batch, y, x) => {
    const row = y + grid.top;
    const column = x + grid.left;
    const shift = (row % grid.height) * grid.width + (column % grid.width);
    const inputY = Math.floor(row / grid.height);
    const inputX = Math.floor(column / grid.width);
    if (inputY >= from[1] || inputX >= from[2]) return -1;
    return (((shift * to[0] + batch) * from[1] + inputY) * from[2] + inputX) * from[3];
  });
}

/** Positions of an output image from where the channels of each pixel start. */
function imagePositions(shape: ImageShape, pixel: (batch: number, y: number, x: number) => number): Int32Array {
  const [batches, height, width, channels] = shape;
  const positions = new Int32Array(batches * height * width * channels);
  let next = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const start = pixel(batch, y, x);
        for (let channel = 0; channel < channels; channel += 1) positions[next++] = start < 0 ? -1 : start + channel;
      }
    }
  }
  return positions;
}

/** A tensor of three axes is an image of width 1. */
function imageShape(shape: readonly number[]): ImageShape {
  const [batches = 1, height = 1, third = 1, fourth] = shape;
  return fourth === undefined ? [batches, height, 1, third] : [batches, height, third, fourth];
}

function operands(node: Node) {
  const from = input(node, 0);
  const blocks = input(node, 1);
  const edges = input(node, 2);
  const to = output(node);
  accept(node, from, 'float32', 'int8');
  sameType(node, from, to);
  rankWithin(node, from, 3, 4);
  rankWithin(node, to, 3, 4);
  const grid = (): BlockGrid => {
    const [height = 1, width = 1] = integers(blocks);
    const [top = 0, , left = 0] = integers(edges);
    return from.shape.length === 4 ? { height, width, top, left } : { height, width: 1, top, left: 0 };
  };
  return { from, to, grid, constant: blocks.constant && edges.constant };
}
