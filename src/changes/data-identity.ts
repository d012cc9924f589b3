import { sha256 } from '../basics/sha256.ts';
import type { Repository } from './repository.ts';
import { findFileAt, listFilesAt } from './tree.ts';

/**
 * What identifies the content of a data set as `commitSource` reads it, without reading it: git's ids of its blobs, for a folder with their paths.
 * A Git LFS pointer's blob holds the hash of what it points to. `undefined` when no commit has it.
 */
export async function dataIdentity(
  repository: Repository,
  commits: readonly string[],
  path: string,
): Promise<string | undefined> {
  for (const commit of commits) {
    const file = await findFileAt(repository, commit, path);
    if (file !== undefined) return file.blob;
  }
  for (const commit of commits) {
    const files = await listFilesAt(repository, commit, path);
    if (files.length > 0) return sha256(files.map((file) => `${file.blob} ${file.path}\0`).join(''));
  }
  return undefined;
}
