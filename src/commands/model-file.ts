import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf, UserError } from '../errors.ts';
import { openModel } from '../measure.ts';
import type { Model } from '../optimize/model.ts';

/** The bytes of a file that the user named. @throws UserError naming the file and why it can't be read. */
export function readUserFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new UserError(`There is no file ${file}.`);
    if (code === 'EISDIR') throw new UserError(`${file} is a folder, not a file.`);
    if (code === 'ERR_FS_FILE_TOO_LARGE')
      throw new UserError(`${file} is larger than 2 GiB, more than the gate reads.`);
    throw new UserError(`${file} can't be read: ${messageOf(error)}`);
  }
}

/** A model from the file system; its external data is looked for beside it, and never above its folder. */
export function openModelFile(file: string): Model {
  const folder = path.dirname(file);
  return openModel(readUserFile(file), file, {
    externalData: (relativePath) => {
      const beside = path.join(folder, relativePath);
      return existsSync(beside) ? readUserFile(beside) : undefined;
    },
  });
}
