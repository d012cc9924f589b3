import type { FileSource } from '../data/data-set.ts';
import type { ReadBlob } from './blob-reader.ts';
import { readBytes } from './lfs.ts';
import { readPieces } from './pieces.ts';
import type { Repository } from './repository.ts';
import { findFileAt, insideRepository, listFilesAt } from './tree.ts';

/** The largest single file of a data set; beyond it Node can hardly hold one in memory. */
const largestFileBytes = 2 ** 31 - 1;

/**
 * The files of commits as data sets read them: each path as the first commit that has it says.
 * With the base first, a pull request can add a data set but not exchange the one that it is judged by.
 * A folder that was listed is not looked up again for each of its files, which may be thousands of pictures; `read` is for those who read many.
 */
export function commitSource(repository: Repository, commits: readonly string[], read?: ReadBlob): FileSource {
  const listed = new Map<string, string>();
  const blobAt = async (path: string): Promise<string | undefined> => {
    const known = listed.get(insideRepository(path));
    if (known !== undefined) return known;
    for (const commit of commits) {
      const file = await findFileAt(repository, commit, path);
      if (file !== undefined) return file.blob;
    }
    return undefined;
  };
  return {
    read: async (path) => {
      const blob = await blobAt(path);
      return blob === undefined ? undefined : readBytes(repository, blob, path, largestFileBytes, read);
    },
    pieces: async (path) => {
      const blob = await blobAt(path);
      return blob === undefined ? undefined : readPieces(repository, blob, path, largestFileBytes);
    },
    list: async (folder) => {
      const prefix = `${insideRepository(folder)}/`;
      for (const commit of commits) {
        const files = await listFilesAt(repository, commit, folder);
        if (files.length === 0) continue;
        for (const { path, blob } of files) listed.set(path, blob);
        return files.map(({ path }) => path.slice(prefix.length));
      }
      return undefined;
    },
  };
}
