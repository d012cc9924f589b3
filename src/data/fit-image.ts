import type { DataArray } from './data-set.ts';

/**
 * A picture as a model's input takes it: resized to `height` × `width` (bilinear, half-pixel centres), grey where the model has one channel (ITU-R BT.601 weights).
 * Values stay 0…255. Row-major `[height, width, channels]`.
 */
export function fitImage(image: DataArray, height: number, width: number, channels: 1 | 3): DataArray {
  const coloured = resize(image, height, width);
  if (channels === 3) return { dtype: 'float32', shape: [height, width, 3], data: coloured };
  const grey = new Float32Array(height * width);
  for (let pixel = 0; pixel < grey.length; pixel += 1) {
    const [red = 0, green = 0, blue = 0] = coloured.subarray(pixel * 3, pixel * 3 + 3);
    grey[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return { dtype: 'float32', shape: [height, width, 1], data: grey };
}

function resize(image: DataArray, height: number, width: number): Float32Array {
  const [fromHeight = 0, fromWidth = 0] = image.shape;
  const source = image.data as Uint8Array;
  if (fromHeight === height && fromWidth === width) return Float32Array.from(source);
  const rows = samplePoints(fromHeight, height);
  const columns = samplePoints(fromWidth, width);
  const result = new Float32Array(height * width * 3);
  let target = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel += 1) {
        const at = (y: number, x: number): number => source[(y * fromWidth + x) * 3 + channel] ?? 0;
        const top = at(row.low, column.low) * (1 - column.part) + at(row.low, column.high) * column.part;
        const bottom = at(row.high, column.low) * (1 - column.part) + at(row.high, column.high) * column.part;
        result[target] = top * (1 - row.part) + bottom * row.part;
        target += 1;
      }
    }
  }
  return result;
}

interface SamplePoint {
  readonly low: number;
  readonly high: number;
  /** Weight of `high`. */
  readonly part: number;
}

function samplePoints(from: number, to: number): readonly SamplePoint[] {
  return Array.from({ length: to }, (_, index) => {
    const position = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, from - 1), part: position - low };
  });
}
