import { git, splitNul } from './git.ts';
import type { Repository } from './repository.ts';

/**
 * The files in the work tree, of those that `matches` says, whose content is not that of `HEAD`: changed, staged, or new and not ignored.
 * The gate judges commits, and people should know when it does not see what they see. Empty for a bare repository.
 */
export async function uncommittedFiles(
  repository: Repository,
  matches: (path: string) => boolean,
): Promise<readonly string[]> {
  if (repository.root === repository.gitDirectory) return [];
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=all'];
  const lines = splitNul(await git(repository.root, args));
  return lines.map((line) => line.slice(3)).filter(matches);
}
