import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { tryGit } from './git.ts';

/** A git repository on this machine. */
export interface Repository {
  /** Its top directory, or the git directory of a bare one: where git commands run. */
  readonly root: string;
  /** Where objects are, also of a linked work tree: `.git`. */
  readonly gitDirectory: string;
}

/** A commit as reports name it: `sha` in full, `label` for people. */
export interface Commit {
  readonly sha: string;
  readonly label: string;
}

/**
 * The repository that a directory is in.
 * @throws UserError when it is in none, or git does not trust it.
 */
export async function openRepository(directory: string): Promise<Repository> {
  const common = await tryGit(directory, ['rev-parse', '--git-common-dir']);
  if (common.code !== 0) {
    throw new UserError(
      `${resolve(directory)} is not in a git repository: check the repository out first (actions/checkout), or run the gate inside one.`,
    );
  }
  const gitDirectory = resolve(directory, line(common.stdout));
  const top = await tryGit(directory, ['rev-parse', '--show-toplevel']);
  const root = top.code === 0 && line(top.stdout) !== '' ? resolve(line(top.stdout)) : gitDirectory;
  return { root, gitDirectory };
}

/**
 * The full id of the commit that a revision means, or `undefined` when this clone does not have it.
 * @throws UserError when the text can't be a revision.
 */
export async function findCommit(repository: Repository, revision: string): Promise<string | undefined> {
  if (revision === '' || revision.startsWith('-') || /[\0\n]/.test(revision)) {
    throw new UserError(`${JSON.stringify(revision)} is not a revision.`);
  }
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { code, stdout } = await tryGit(repository.root, args);
  return code === 0 ? line(stdout) : undefined;
}

/** True when the clone was cut off at some depth, so that older commits are not there. */
export async function isShallow(repository: Repository): Promise<boolean> {
  const { stdout } = await tryGit(repository.root, ['rev-parse', '--is-shallow-repository']);
  return line(stdout) === 'true';
}

function line(output: Buffer): string {
  return output.toString('utf8').replace(/\r?\n$/, '');
}
