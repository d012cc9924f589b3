import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';

/** Reads a stream in pieces of exactly the wanted size. */
interface Bytes {
  readonly take: (length: number) => Promise<Uint8Array>;
  readonly skip: (length: number) => Promise<void>;
}

/** No single file of the packages we unpack comes near this. */
const largestFile = 512 * 1024 * 1024;

/**
 * Unpacks the regular files of an npm tarball whose path inside `package/` passes `keeps` into `folder`.
 * Reads ustar headers with the prefix field, and skips everything that is not a regular file.
 * @throws Error when the archive is damaged or a path would leave the folder.
 */
export async function unpackTarball(tarball: string, folder: string, keeps: (path: string) => boolean): Promise<void> {
  const bytes = bytesOf(createReadStream(tarball).pipe(createGunzip()));
  for (;;) {
    const header = await bytes.take(512);
    if (header.every((byte) => byte === 0)) return;
    const size = octal(header, 124, 12);
    const padding = (512 - (size % 512)) % 512;
    const name = pathInPackage(header);
    if (isRegularFile(header) && name !== undefined && keeps(name)) {
      if (size > largestFile) throw new Error(`${tarball}: ${name} is implausibly large`);
      const target = path.join(folder, name);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, await bytes.take(size));
      await bytes.skip(padding);
    } else {
      await bytes.skip(size + padding);
    }
  }
}

function isRegularFile(header: Uint8Array): boolean {
  return header[156] === 0x30 || header[156] === 0;
}

/** The path below the archive's one folder (npm calls it `package`), or `undefined` for what cannot be one of our files. */
function pathInPackage(header: Uint8Array): string | undefined {
  const prefix = text(header, 345, 155);
  const full = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
  const parts = full.split('/').slice(1);
  return parts.length === 0 || parts.some((part) => part === '' || part === '.' || part === '..' || /[\\:]/.test(part))
    ? undefined
    : parts.join('/');
}

function text(header: Uint8Array, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

function octal(header: Uint8Array, offset: number, length: number): number {
  const value = Number.parseInt(text(header, offset, length).trim() || '0', 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error('the tarball has a damaged header');
  return value;
}

function bytesOf(stream: AsyncIterable<Uint8Array>): Bytes {
  const iterator = stream[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  const refill = async (): Promise<void> => {
    const next = await iterator.next();
    if (next.done === true) throw new Error('the tarball ends too early');
    chunk = next.value;
  };
  const each = async (length: number, use: (piece: Uint8Array) => void): Promise<void> => {
    let left = length;
    while (left > 0) {
      if (chunk.byteLength === 0) await refill();
      const piece = chunk.subarray(0, left);
      use(piece);
      chunk = chunk.subarray(piece.byteLength);
      left -= piece.byteLength;
    }
  };
  return {
    take: async (length) => {
      const taken = new Uint8Array(length);
      let filled = 0;
      await each(length, (piece) => {
        taken.set(piece, filled);
        filled += piece.byteLength;
      });
      return taken;
    },
    skip: (length) => each(length, () => {}),
  };
}
