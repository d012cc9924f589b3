import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { filePieces } from '../basics/file-pieces.ts';
import { codeOf } from '../errors.ts';
import type { FileSource } from './data-set.ts';

/** Files below a folder of this machine. Symbolic links are not listed. */
export function folderSource(root: string): FileSource {
  return {
    pieces: async (file) => {
      const absolute = path.resolve(root, file);
      const found = await stat(absolute).catch(absent);
      return found?.isFile() === true ? filePieces(absolute) : undefined;
    },
    read: (file) => readFile(path.resolve(root, file)).catch(absent),
    list: async (folder) => {
      const absolute = path.resolve(root, folder);
      const entries = await readdir(absolute, { recursive: true, withFileTypes: true }).catch(absent);
      return entries
        ?.filter((entry) => entry.isFile())
        .map((entry) => path.relative(absolute, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
    },
  };
}

/** What is not there is `undefined`; a folder read as a file is no file. */
function absent(error: unknown): undefined {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
  throw error;
}
