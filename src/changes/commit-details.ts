import { UserError } from '../errors.ts';
import { tryGit } from './git.ts';
import type { Repository } from './repository.ts';

/** What a commit says of itself. */
export interface CommitDetails {
  readonly sha: string;
  /** When it was committed, in seconds since 1970. */
  readonly time: number;
  readonly message: string;
}

/** The time and the message of a commit. @throws UserError where the clone does not have it */
export async function commitDetails(repository: Repository, sha: string): Promise<CommitDetails> {
  const args = ['log', '-1', '--no-show-signature', '--encoding=UTF-8', '--format=%ct%n%B', '--end-of-options', sha];
  const { code, stdout, stderr } = await tryGit(repository.root, args);
  if (code !== 0) throw new UserError(`The commit ${sha} can't be read: ${stderr}`);
  const [time = '', ...message] = stdout.toString('utf8').split('\n');
  return { sha, time: Number(time), message: message.join('\n').trim() };
}
