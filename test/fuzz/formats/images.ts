import { crc32, deflateSync } from 'node:zlib';
import { encode as encodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { fitImage } from '../../../src/data/fit-image.ts';
import { readImage } from '../../../src/data/image.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { joined, mutateBytes } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';

const run = (bytes: Uint8Array): string => {
  const image = readImage(bytes, 'fuzz');
  if (image.data.length !== image.shape.reduce((product, extent) => product * extent, 1)) {
    throw new Error(`${image.data.length} values for ${image.shape.join(' × ')}`);
  }
  fitImage(image, 4, 4, 1);
  return 'fitted';
};

/** PNG pictures: chunks changed with their checksums put right, or bytes changed. */
export function pngFuzzer(): Fuzzer {
  const seeds = ([0, 2, 4, 6] as const).flatMap((colorType) =>
    [8, 16].map((bitDepth) => pngOf(colorType, bitDepth as 8 | 16)),
  );
  return {
    name: 'png',
    extension: 'png',
    seeds,
    mutate: (random) => {
      const bytes = random.pick(seeds);
      if (random.chance(4)) return mutateBytes(bytes, random, random.pick(seeds));
      return mutatedChunks(bytes, random);
    },
    run,
  };
}

/** JPEG pictures: segments changed, repeated and exchanged, or bytes changed. */
export function jpegFuzzer(): Fuzzer {
  const seeds = [20, 60, 95].map((quality) => {
    const data = Buffer.from(Uint8Array.from({ length: 12 * 10 * 4 }, (_, index) => (index * 37 + quality) & 255));
    return new Uint8Array(encodeJpeg({ width: 12, height: 10, data }, quality).data);
  });
  return {
    name: 'jpeg',
    extension: 'jpg',
    seeds,
    mutate: (random) => {
      const bytes = random.pick(seeds);
      if (random.chance(3)) return mutateBytes(bytes, random, random.pick(seeds));
      return mutatedSegments(bytes, random.pick(seeds), random);
    },
    run,
  };
}

function pngOf(colorType: 0 | 2 | 4 | 6, bitDepth: 8 | 16): Uint8Array {
  const image = new PNG({ width: 9, height: 7 });
  image.data.forEach((_, index) => {
    image.data[index] = (index * 31) & 255;
  });
  return new Uint8Array(PNG.sync.write(image, { colorType, bitDepth, inputColorType: 6 }));
}

interface Chunk {
  type: string;
  data: Uint8Array;
}

function mutatedChunks(bytes: Uint8Array, random: Random): Uint8Array {
  const chunks = chunksOf(bytes);
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(chunks.length);
    const chunk = chunks[at] as Chunk;
    switch (random.below(7)) {
      case 0:
        chunks.splice(at, 1);
        break;
      case 1:
        chunks.splice(at, 0, { ...chunk });
        break;
      case 2:
        chunk.type = random.pick(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'zTXt', 'AAAA', 'CgBI']);
        break;
      case 3:
        if (chunk.type === 'IHDR') setHeader(chunk.data, random);
        else chunk.data = mutateBytes(chunk.data, random);
        break;
      case 4:
        chunks.splice(1, 0, { type: random.pick(['PLTE', 'tRNS', 'gAMA']), data: new Uint8Array(random.below(20)) });
        break;
      case 5:
        if (chunk.type === 'IDAT') {
          chunk.data = new Uint8Array(
            deflateSync(new Uint8Array(random.pick([0, 1, 100, 100_000])).fill(random.below(6))),
          );
        }
        break;
      default:
        setHeader(chunks[0]?.data ?? new Uint8Array(13), random);
    }
    if (chunks.length === 0) break;
  }
  const [signature] = [bytes.subarray(0, 8)];
  return joined(signature, ...chunks.map(written));
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, data: bytes.slice(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function setHeader(data: Uint8Array, random: Random): void {
  if (data.length < 13) return;
  const view = new DataView(data.buffer, data.byteOffset);
  const extents = [0, 1, 2, 9, 1000, 8000, 65_535, 0x7fffffff, 0xffffffff];
  if (random.chance(2)) view.setUint32(random.pick([0, 4]), random.pick(extents));
  else data[8 + random.below(5)] = random.pick([0, 1, 2, 3, 4, 5, 6, 8, 16, 255]);
}

function written({ type, data }: Chunk): Uint8Array {
  const content = joined(
    Uint8Array.from(type, (character) => character.charCodeAt(0)),
    data,
  );
  const framed = new Uint8Array(content.length + 8);
  const view = new DataView(framed.buffer);
  view.setUint32(0, data.length);
  framed.set(content, 4);
  view.setUint32(framed.length - 4, crc32(content));
  return framed;
}

function mutatedSegments(bytes: Uint8Array, donor: Uint8Array, random: Random): Uint8Array {
  const segments = segmentsOf(bytes);
  const others = segmentsOf(donor);
  for (let left = 1 + random.below(3); left > 0 && segments.length > 0; left--) {
    const at = random.below(segments.length);
    const segment = segments[at] as Uint8Array;
    switch (random.below(5)) {
      case 0:
        segments.splice(at, 1);
        break;
      case 1:
        segments.splice(random.below(segments.length), 0, segment);
        break;
      case 2:
        segments[at] = random.pick(others);
        break;
      case 3:
        segments[at] = joined(segment.subarray(0, 4), mutateBytes(segment.subarray(4), random));
        break;
      default: {
        // The frame: height, width, components and their sampling.
        const frame = segments.findIndex((each) => each[1] === 0xc0 || each[1] === 0xc2);
        if (frame < 0) break;
        const changed = (segments[frame] as Uint8Array).slice();
        changed[random.pick([1, 4, 5, 6, 7, 8, 9, 10, 11, 12])] = random.pick([
          0, 1, 2, 4, 0x11, 0x44, 0xc0, 0xc2, 0xff,
        ]);
        segments[frame] = changed;
      }
    }
  }
  return joined(bytes.subarray(0, 2), ...segments);
}

/** Marker segments behind the start of the image; the last holds the scan and all after it. */
function segmentsOf(bytes: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const length = 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    segments.push(bytes.slice(at, at + length));
    at += length;
  }
  segments.push(bytes.slice(at));
  return segments;
}
