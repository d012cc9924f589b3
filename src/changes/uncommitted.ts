import { git, splitNul } from './git.ts';
import type { ModelMatcher } from './matcher.ts';
import type { Repository } from './repository.ts';

/**
 * The models in the work tree whose content is not that of `HEAD`: changed, staged, or new and not ignored.
 * The gate judges commits, and people should know when it does not see what they see. Empty for a bare repository.
 */
export async function uncommittedModels(repository: Repository, matcher: ModelMatcher): Promise<readonly string[]> {
  if (repository.root === repository.gitDirectory) return [];
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=all'];
  const lines = splitNul(await git(repository.root, args));
  return lines.map((line) => line.slice(3)).filter((path) => matcher(path));
}
