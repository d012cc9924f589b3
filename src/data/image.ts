import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { messageOf, UserError } from '../errors.ts';
import type { DataArray } from './data-set.ts';

/** Four thousand by four thousand; a decoder takes some twenty bytes and half a microsecond for each. Models for edge devices see a hundredth of that. */
const largestPixels = 16 * 1024 * 1024;
const largestMegapixels = largestPixels / 1e6;

/**
 * A PNG or JPEG as `[height, width, 3]` red, green, blue, 0…255; transparency is ignored.
 * @throws UserError that names the file when it is damaged, too large, or neither.
 */
export function readImage(bytes: Uint8Array, label: string): DataArray {
  const { width, height, data } = decode(bytes, label);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    rgb[pixel * 3] = data[pixel * 4] ?? 0;
    rgb[pixel * 3 + 1] = data[pixel * 4 + 1] ?? 0;
    rgb[pixel * 3 + 2] = data[pixel * 4 + 2] ?? 0;
  }
  return { dtype: 'uint8', shape: [height, width, 3], data: rgb, isImage: true };
}

interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function decode(bytes: Uint8Array, label: string): Rgba {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg) throw new UserError(`${label} is neither a PNG nor a JPEG.`);
  if (isPng && pngPixels(bytes) > largestPixels) throw tooLarge(label);
  try {
    return isPng
      ? PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      : decodeJpeg(bytes, { useTArray: true, maxResolutionInMP: largestMegapixels, maxMemoryUsageInMB: 512 });
  } catch (error) {
    const message = messageOf(error);
    if (/limit exceeded/.test(message)) throw tooLarge(label);
    // Where a decoder did not expect what it met, its own words say nothing about the picture.
    const isTold = !(error instanceof TypeError || error instanceof RangeError);
    throw new UserError(`${label} is a damaged picture${isTold ? ` (${message})` : ''}.`);
  }
}

function tooLarge(label: string): UserError {
  return new UserError(`${label} has more than ${Math.floor(largestMegapixels)} million pixels; make it smaller.`);
}

/** Width × height from the first chunk, which the PNG specification demands to be IHDR. */
function pngPixels(bytes: Uint8Array): number {
  if (bytes.byteLength < 24) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(16) * view.getUint32(20);
}
