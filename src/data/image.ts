import { inflateSync } from 'node:zlib';
import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { codeOf, messageOf, UserError } from '../errors.ts';
import type { DataArray } from './data-set.ts';

/** Four thousand by four thousand; a decoder takes some twenty bytes and half a microsecond for each. Models for edge devices see a hundredth of that. */
const largestPixels = 16 * 1024 * 1024;
/** Progressive pictures have ten scans; each goes over all pixels, however few bytes it has. The count may hit metadata too. */
const mostScans = 100;
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
    // Of a picture without columns the decoder makes rows all the same.
    if (isPng && bytes.byteLength >= 24 && pngPixels(bytes) === 0) throw new Error('no pixels');
    if (isPng) refuseHiddenRows(bytes);
    else if (scansOf(bytes) > mostScans) throw new Error(`more than ${mostScans} scans`);
    return isPng
      ? PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      : decodeJpeg(bytes, { useTArray: true, maxResolutionInMP: largestMegapixels, maxMemoryUsageInMB: 512 });
  } catch (error) {
    const message = messageOf(error);
    if (/limit exceeded/.test(message)) throw tooLarge(label);
    // Where a decoder did not expect what it met, its own words say nothing about the picture.
    const isTold = error instanceof Error && Object.getPrototypeOf(error) === Error.prototype;
    throw new UserError(`${label} is a damaged picture${isTold ? ` (${message})` : ''}.`);
  }
}

function tooLarge(label: string): UserError {
  return new UserError(`${label} has more than ${Math.floor(largestMegapixels)} million pixels; make it smaller.`);
}

/**
 * The decoder unpacks an interlaced picture however long it is. This unpacks it once before, no further than its pixels can be: 8 bytes each,
 * and a byte for each row of the seven passes (PNG specification, 8 and 9).
 * @throws Error when there is more
 */
function refuseHiddenRows(bytes: Uint8Array): void {
  if (bytes.byteLength < 33 || bytes[28] !== 1) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const maxOutputLength = 8 * pngPixels(bytes) + 7 * (view.getUint32(16) + view.getUint32(20) + 8);
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.byteLength; at += 12 + view.getUint32(at)) {
    const isData = view.getUint32(at + 4) === 0x49444154; // IDAT
    if (isData) parts.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  try {
    inflateSync(Buffer.concat(parts), { maxOutputLength });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new Error('more rows than it says');
    // What else is wrong the decoder says.
  }
}

/** Markers that begin a scan; in the scans themselves 0xff is never followed by such a byte. */
function scansOf(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) scans += 1;
  return scans;
}

/** Width × height from the first chunk, which the PNG specification demands to be IHDR. */
function pngPixels(bytes: Uint8Array): number {
  if (bytes.byteLength < 24) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(16) * view.getUint32(20);
}
