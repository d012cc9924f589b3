import { intAttribute } from '../graph/access.ts';
import type { Range } from './arithmetic/activation.ts';
import { floatActivation, quantizedActivation } from './arithmetic/activation.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';
import type { Window } from './window.ts';
import { windowOf } from './window.ts';

/** AVERAGE_POOL_2D in int8, int16 and float. Only what lies inside the image is averaged. */
export const averagePool: Kernel = (node) => {
  const { from, to, window, range } = prepare(node);
  if (from instanceof Float32Array && to instanceof Float32Array) {
    return () => pool(from, to, window, range, averageFloat);
  }
  return () => pool(from, to, window, range, averageInteger);
};

/** MAX_POOL_2D in int8, int16 and float. */
export const maxPool: Kernel = (node) => {
  const { from, to, window, range } = prepare(node);
  return () => pool(from, to, window, range, greatest);
};

type Poolable = Int8Array | Int16Array | Float32Array;

function prepare(node: Node): { from: Poolable; to: Poolable; window: Window; range: Range } {
  const image = input(node, 0);
  const result = output(node);
  const { operator } = node;
  const height = intAttribute(operator, 'filter_height', 1);
  const width = intAttribute(operator, 'filter_width', 1);
  const window = windowOf(node, image, result, height, width);
  const from = image.values;
  const to = result.values;
  if (from instanceof Float32Array && to instanceof Float32Array) {
    return { from, to, window, range: floatActivation(operator) };
  }
  if (
    (from instanceof Int8Array && to instanceof Int8Array) ||
    (from instanceof Int16Array && to instanceof Int16Array)
  ) {
    requireSameScale(node, image, result);
    return { from, to, window, range: quantizedActivation(operator, result) };
  }
  return refuseTypes(node, image.dtype, result.dtype);
}

/** Pooling does not rescale (`PoolingPrepare`). */
function requireSameScale(node: Node, image: Value, result: Value): void {
  if (!(Math.abs(Math.fround(image.scale - result.scale)) <= 1e-6) || image.zeroPoint !== result.zeroPoint) {
    refuse(node, 'its input and output are quantised differently');
  }
}

/** Reduces the elements of one channel in a part of an image: `rows` × `columns` elements from `at`, the steps in elements. */
type Reduce = (
  from: Poolable,
  at: number,
  rows: number,
  rowStep: number,
  columns: number,
  columnStep: number,
) => number;

function pool(from: Poolable, to: Poolable, window: Window, { min, max }: Range, reduce: Reduce): void {
  const { batches, inputHeight, inputWidth, inputChannels, outputHeight, outputWidth } = window;
  const rowStep = inputWidth * inputChannels;
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      const top = y * window.strideHeight - window.padTop;
      const firstRow = Math.max(0, top);
      const rows = Math.min(top + window.kernelHeight, inputHeight) - firstRow;
      for (let x = 0; x < outputWidth; x++) {
        const left = x * window.strideWidth - window.padLeft;
        const firstColumn = Math.max(0, left);
        const columns = Math.min(left + window.kernelWidth, inputWidth) - firstColumn;
        const at = ((batch * inputHeight + firstRow) * inputWidth + firstColumn) * inputChannels;
        for (let channel = 0; channel < inputChannels; channel++) {
          const value = reduce(from, at + channel, rows, rowStep, columns, inputChannels);
          to[next++] = value < min ? min : value > max ? max : value;
        }
      }
    }
  }
}

/** The mean, rounded to the nearest, halves away from zero. */
const averageInteger: Reduce = (from, at, rows, rowStep, columns, columnStep) => {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) sum += from[at + row * rowStep + column * columnStep] as number;
  }
  const count = rows * columns;
  const half = count >> 1;
  return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
};

const averageFloat: Reduce = (from, at, rows, rowStep, columns, columnStep) => {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sum = Math.fround(sum + (from[at + row * rowStep + column * columnStep] as number));
    }
  }
  return Math.fround(sum / (rows * columns));
};

const greatest: Reduce = (from, at, rows, rowStep, columns, columnStep) => {
  let most = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = from[at + row * rowStep + column * columnStep] as number;
      if (value > most) most = value;
    }
  }
  return most;
};
