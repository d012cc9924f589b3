import { messageOf, UserError } from '../errors.ts';
import { type ArrayInFile, openScratchFile, type ScratchFile } from './array-in-file.ts';
import type { DataArray } from './data-set.ts';
import { readNpy } from './npy.ts';
import { unpackNpz } from './unpack-npz.ts';

/** Bytes that an array of a data set may take in memory. */
const heldBytes = 2 ** 22;

/**
 * The arrays of an `.npz` archive that comes in pieces, by name. Those of more than `most` bytes are unpacked into files of which a row is read at a time, so that neither
 * the archive's size nor theirs is what memory is needed for.
 * @throws UserError that begins with `label` when it is damaged, too large, no archive at all, or there is no room for the files
 */
export async function readNpzRows(
  pieces: AsyncIterable<Uint8Array>,
  label: string,
  most = heldBytes,
): Promise<Readonly<Record<string, DataArray | ArrayInFile>>> {
  const unpacking = unpackNpz(label, () => newContent(most, label));
  for await (const piece of pieces) unpacking.push(piece);
  const arrays = [...unpacking.end()].map(
    ([name, content]) => [name, content.array(`${label}: array ${name}`)] as const,
  );
  return Object.fromEntries(arrays);
}

/** What a file of the archive holds: in memory, and in a file of its own from `most` bytes on. */
interface Content {
  readonly write: (piece: Uint8Array) => void;
  readonly array: (label: string) => DataArray | ArrayInFile;
}

function newContent(most: number, archive: string): Content {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let scratch: ScratchFile | undefined;
  return {
    write: (piece) => {
      bytes += piece.length;
      held.push(piece);
      if (bytes <= most) return;
      try {
        scratch ??= openScratchFile();
        for (const each of held) scratch.write(each);
      } catch (error) {
        throw new UserError(
          `${archive} cannot be unpacked into the folder for temporary files (${messageOf(error).split('\n')[0]}).`,
        );
      }
      held = [];
    },
    array: (label) => {
      if (scratch === undefined) return readNpy(Buffer.concat(held), label);
      return scratch.array(label) ?? readNpy(scratch.bytes(), label);
    },
  };
}
