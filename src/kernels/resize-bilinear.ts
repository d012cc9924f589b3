import { intAttribute } from '../graph/access.ts';
import { accept, rankWithin } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { needConstant } from './rearrange.ts';
import { float32, input, int8, output, refuse } from './refuse.ts';

/** Between which two inputs an output lies, and how far from the lower to the upper: 0 to 1, or in 1024ths for int8. */
interface Neighbors {
  readonly lower: number;
  readonly upper: number;
  readonly fraction: number;
}

/** RESIZE_BILINEAR: each output pixel weighs the four input pixels around it; int8 in steps of 1/1024 pixel. */
export const resizeBilinear: Kernel = (node) => {
  const from = input(node, 0);
  const size = input(node, 1);
  const to = output(node);
  accept(node, to, 'float32', 'int8');
  rankWithin(node, from, 4, 4);
  needConstant(node, size, 'the size');
  const alignCorners = intAttribute(node.operator, 'align_corners', 0) !== 0;
  const halfPixels = intAttribute(node.operator, 'half_pixel_centers', 0) !== 0;
  if (alignCorners && halfPixels) refuse(node, 'half_pixel_centers and align_corners exclude each other');
  const [, height = 1, width = 1] = from.shape;
  const [, toHeight = 1, toWidth = 1] = to.shape;
  const between = to.dtype === 'float32' ? realNeighbors : integerNeighbors;
  const rows = between(height, toHeight, alignCorners, halfPixels);
  const columns = between(width, toWidth, alignCorners, halfPixels);
  const extents = { height, width, channels: from.shape[3] ?? 1 };
  if (to.dtype === 'float32') {
    const source = float32(node, from);
    const target = float32(node, to);
    return () => resize(source, target, extents, rows, columns, weighReal);
  }
  const source = int8(node, from);
  const target = int8(node, to);
  return () => resize(source, target, extents, rows, columns, weighInteger);
};

type Weigh = (
  y: number,
  x: number,
  topLeft: number,
  bottomLeft: number,
  topRight: number,
  bottomRight: number,
) => number;

function resize<Elements extends Float32Array | Int8Array>(
  from: Elements,
  to: Elements,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  rows: readonly Neighbors[],
  columns: readonly Neighbors[],
  weigh: Weigh,
): void {
  const image = height * width * channels;
  let next = 0;
  for (let start = 0; next < to.length; start += image) {
    for (const row of rows) {
      const top = start + row.lower * width * channels;
      const bottom = start + row.upper * width * channels;
      for (const column of columns) {
        const left = column.lower * channels;
        const right = column.upper * channels;
        for (let channel = 0; channel < channels; channel += 1) {
          to[next++] = weigh(
            row.fraction,
            column.fraction,
            from[top + left + channel] as number,
            from[bottom + left + channel] as number,
            from[top + right + channel] as number,
            from[bottom + right + channel] as number,
          );
        }
      }
    }
  }
}

const f = Math.fround;

/** Rounded to single precision after every step, in the device's order. */
const weighReal: Weigh = (y, x, topLeft, bottomLeft, topRight, bottomRight) => {
  const [up, left] = [f(1 - y), f(1 - x)];
  return f(
    f(f(f(f(topLeft * up) * left) + f(f(bottomLeft * y) * left)) + f(f(topRight * up) * x)) + f(f(bottomRight * y) * x),
  );
};

/** A sum in 2^20ths, rounded to nearest, halves away from zero. */
const weighInteger: Weigh = (y, x, topLeft, bottomLeft, topRight, bottomRight) => {
  const [up, left] = [1024 - y, 1024 - x];
  const sum = topLeft * up * left + bottomLeft * y * left + topRight * up * x + bottomRight * y * x;
  return Math.trunc((sum + (sum > 0 ? 524288 : -524288)) / 1048576);
};

function realNeighbors(inputs: number, outputs: number, alignCorners: boolean, halfPixels: boolean): Neighbors[] {
  const scale = alignCorners && outputs > 1 ? f((inputs - 1) / (outputs - 1)) : f(inputs / outputs);
  return Array.from({ length: outputs }, (_, place) => {
    const scaled = halfPixels ? f(f(f(place + 0.5) * scale) - 0.5) : f(place * scale);
    const lower = Math.max(0, Math.floor(scaled));
    return { lower, upper: Math.min(Math.ceil(scaled), inputs - 1), fraction: f(scaled - lower) };
  });
}

function integerNeighbors(inputs: number, outputs: number, alignCorners: boolean, halfPixels: boolean): Neighbors[] {
  const corners = alignCorners && outputs > 1 ? 1 : 0;
  const steps = outputs - corners;
  const scale = Math.trunc((1024 * (inputs - corners) + Math.trunc(steps / 2)) / steps);
  return Array.from({ length: outputs }, (_, place) => {
    const scaled = place * scale + (halfPixels ? Math.trunc(scale / 2) - 512 : 0);
    const lower = Math.max(Math.trunc(scaled / 1024), 0);
    return { lower, upper: Math.min(Math.trunc((scaled + 1023) / 1024), inputs - 1), fraction: scaled - 1024 * lower };
  });
}
