import { UserError } from '../errors.ts';
import { git, splitNul, tryGit } from './git.ts';
import type { ModelMatcher } from './matcher.ts';
import type { Repository } from './repository.ts';

/** A file of a commit. */
export interface TreeFile {
  readonly path: string;
  readonly blob: string;
  readonly mode: string;
}

/** Git's mode of a symbolic link and of a submodule; every other mode in a recursive listing is a file. */
export const symbolicLinkMode = '120000';
export const submoduleMode = '160000';

/** The models of a commit, in git's order of paths; what is a symbolic link or a submodule is none. */
export async function listModels(
  repository: Repository,
  commit: string,
  matcher: ModelMatcher,
): Promise<readonly TreeFile[]> {
  const entries = parseTree(await git(repository.root, ['ls-tree', '-r', '-z', '--full-tree', commit]));
  return entries.filter((entry) => isFile(entry) && matcher(entry.path));
}

/**
 * The files of a commit below a folder, with their paths from the repository's top; empty when there is no such folder.
 * @throws UserError when the path leaves the repository.
 */
export async function listFilesAt(
  repository: Repository,
  commit: string,
  folder: string,
): Promise<readonly TreeFile[]> {
  const path = insideRepository(folder);
  const args = ['ls-tree', '-r', '-z', '--full-tree', commit, ...(path === '' ? [] : ['--', `${path}/`])];
  return parseTree(await git(repository.root, args)).filter(isFile);
}

/**
 * What is at a path in a commit, or `undefined`. A folder counts as nothing.
 * @throws UserError when the path leaves the repository, or is a symbolic link.
 */
export async function findFileAt(repository: Repository, commit: string, path: string): Promise<TreeFile | undefined> {
  const inside = insideRepository(path);
  if (inside === '') return undefined;
  const { code, stdout } = await tryGit(repository.root, ['ls-tree', '-z', '--full-tree', commit, '--', inside]);
  const entry = code === 0 ? parseTree(stdout).find((candidate) => candidate.path === inside) : undefined;
  if (entry?.mode === symbolicLinkMode) {
    throw new UserError(`${path} is a symbolic link, which the gate does not follow: name the file itself.`);
  }
  return entry !== undefined && isFile(entry) ? entry : undefined;
}

/**
 * A path as git knows it: from the repository's top, `/` between parts, without `.` and `..`.
 * @throws UserError when it is absolute or leaves the repository.
 */
export function insideRepository(path: string): string {
  if (path.includes('\0') || path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) {
    throw new UserError(`${JSON.stringify(path)} is not a path from the repository's top.`);
  }
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw new UserError(`${JSON.stringify(path)} leaves the repository.`);
  }
  return parts.join('/');
}

function isFile(entry: TreeFile): boolean {
  return entry.mode.startsWith('100');
}

/** `mode type id⇥path␀`, as git's documentation of ls-tree says. */
function parseTree(output: Buffer): readonly TreeFile[] {
  return splitNul(output).flatMap((line) => {
    const match = /^(\d{6}) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line);
    const [, mode, blob, path] = match ?? [];
    return mode === undefined || blob === undefined || path === undefined ? [] : [{ mode, blob, path }];
  });
}
