import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import { messageOf, UserError } from '../errors.ts';

/** What a data set may take when unpacked; an archive that promises more is refused before it is unpacked. */
const largestArchiveBytes = 2 ** 30;
const mostArrays = 64;

/** What is unpacked at once: deflate makes a thousandfold of its input at most, so that this bounds what is in memory before it is counted. */
const stepBytes = 2 ** 16;

/** Takes a file of an archive, piece by piece. */
interface Taker {
  readonly write: (piece: Uint8Array) => void;
}

/** An archive that is being unpacked: its next bytes are pushed; at the end it gives what took each of its arrays, by the array's name. */
interface Unpacking<T extends Taker> {
  readonly push: (piece: Uint8Array) => void;
  readonly end: () => ReadonlyMap<string, T>;
}

/**
 * Unpacks an `.npz` archive, as `numpy.savez` and `numpy.savez_compressed` write it; `open` gives what takes an array's file. What is no array is passed over.
 * Its functions throw UserErrors that begin with `label` when the archive is damaged, too large, holds other than it says, or is none at all.
 */
export function unpackNpz<T extends Taker>(label: string, open: () => T): Unpacking<T> {
  const arrays = new Map<string, T>();
  let entries = 0;
  let promised = 0;
  let unpacked = 0;
  const unzip = new Unzip((file) => {
    entries += 1;
    promised += file.originalSize ?? 0;
    if (entries > mostArrays) throw new UserError(`${label} holds more than ${mostArrays} arrays.`);
    const taker = file.name.endsWith(extension) ? open() : undefined;
    if (taker !== undefined) arrays.set(file.name.slice(0, -extension.length), taker);
    const count = counted(file, label);
    file.ondata = (error, piece) => {
      if (error !== null) throw error;
      count(piece);
      unpacked += piece.length;
      if (unpacked > largestArchiveBytes) throw unpacksToTooMuch(label);
      taker?.write(piece);
    };
    if (promised > largestArchiveBytes) throw unpacksToTooMuch(label);
    file.start();
  });
  unzip.register(UnzipInflate);
  const step = (piece: Uint8Array, isLast: boolean): void => {
    try {
      unzip.push(piece, isLast);
    } catch (error) {
      throw asNpzError(error, label);
    }
  };
  return {
    push: (piece) => {
      for (let at = 0; at < piece.length; at += stepBytes) step(piece.subarray(at, at + stepBytes), false);
    },
    end: () => {
      step(new Uint8Array(), true);
      if (entries === 0) throw asNpzError(new Error('there is nothing in it'), label);
      if (arrays.size === 0) throw new UserError(`${label} holds no arrays; write it with numpy.savez(…, x=…, y=…).`);
      return arrays;
    },
  };
}

const extension = '.npy';

/** Counts what a file of an archive unpacks to, where the archive says how much that is. */
function counted({ originalSize = Number.POSITIVE_INFINITY }: UnzipFile, label: string): (piece: Uint8Array) => void {
  let left = originalSize;
  return (piece) => {
    left -= piece.length;
    if (left < 0) throw new UserError(`${label} unpacks to more than it says; write it again.`);
  };
}

function asNpzError(error: unknown, label: string): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    `${label} is not a readable .npz archive (${messageOf(error)}); write it again with numpy.savez.`,
  );
}

function unpacksToTooMuch(label: string): UserError {
  return new UserError(`${label} unpacks to more than 1 GiB; use fewer samples.`);
}
