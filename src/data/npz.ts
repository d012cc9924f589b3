import { unzipSync } from 'fflate';
import { messageOf, UserError } from '../errors.ts';
import type { DataArray } from './data-set.ts';
import { readNpy } from './npy.ts';

/** What a data set may take when unpacked; an archive that promises more is refused before it is unpacked. */
export const largestArchiveBytes = 2 ** 30;
export const mostArrays = 64;

/**
 * The arrays of an `.npz` archive by name, as `numpy.savez` and `numpy.savez_compressed` write it.
 * @throws UserError that begins with `label` when it is damaged, too large, or no archive at all.
 */
export function readNpz(bytes: Uint8Array, label: string): Readonly<Record<string, DataArray>> {
  let promised = 0;
  let entries = 0;
  const files = unzip(bytes, label, ({ name, size, originalSize }) => {
    entries += 1;
    promised += originalSize;
    if (entries > mostArrays) throw holdsTooMany(label);
    if (promised > largestArchiveBytes) throw unpacksToTooMuch(label);
    // Deflate adds five bytes to 64 KiB at most: what is larger packed unpacks to more than it promises.
    if (size > originalSize * 1.01 + 1024)
      throw new UserError(`${label} unpacks to more than it says; write it again.`);
    return name.endsWith('.npy');
  });
  const arrays = Object.entries(files).map(([name, file]) => {
    const arrayName = name.slice(0, -'.npy'.length);
    return [arrayName, readNpy(file, `${label}: array ${arrayName}`)] as const;
  });
  if (arrays.length === 0) throw holdsNoArrays(label);
  return Object.fromEntries(arrays);
}

function unzip(
  bytes: Uint8Array,
  label: string,
  filter: (file: { name: string; size: number; originalSize: number }) => boolean,
): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    throw asNpzError(error, label);
  }
}

/** Why an archive was not read, in a sentence that begins with `label`. */
export function asNpzError(error: unknown, label: string): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    `${label} is not a readable .npz archive (${messageOf(error)}); write it again with numpy.savez.`,
  );
}

export const holdsNoArrays = (label: string): UserError =>
  new UserError(`${label} holds no arrays; write it with numpy.savez(…, x=…, y=…).`);
export const unpacksToTooMuch = (label: string): UserError =>
  new UserError(`${label} unpacks to more than 1 GiB; use fewer samples.`);
export const holdsTooMany = (label: string): UserError =>
  new UserError(`${label} holds more than ${mostArrays} arrays.`);
