import type { FileSource } from '../data/data-set.ts';
import { readFileAt } from './lfs.ts';
import type { Repository } from './repository.ts';
import { insideRepository, listFilesAt } from './tree.ts';

/** The largest single file of a data set; beyond it Node can hardly hold one in memory. */
const largestFileBytes = 2 ** 31 - 1;

/**
 * The files of commits as data sets read them: each path as the first commit that has it says.
 * With the base first, a pull request can add a data set but not exchange the one that it is judged by.
 */
export function commitSource(repository: Repository, commits: readonly string[]): FileSource {
  return {
    read: async (path) => {
      for (const commit of commits) {
        const bytes = await readFileAt(repository, commit, path, largestFileBytes);
        if (bytes !== undefined) return bytes;
      }
      return undefined;
    },
    list: async (folder) => {
      const prefix = `${insideRepository(folder)}/`;
      for (const commit of commits) {
        const files = await listFilesAt(repository, commit, folder);
        if (files.length > 0) return files.map(({ path }) => path.slice(prefix.length));
      }
      return undefined;
    },
  };
}
