import { messageOf } from '../errors.ts';
import { fileBytesLimit, filesToRead } from '../history/files.ts';
import type { BranchState, HistoryStore } from '../history/record.ts';
import type { GitHubClient } from './client.ts';
import type { Repository } from './context.ts';
import { statusOf } from './explain-failure.ts';

/**
 * The history on a branch of a repository on GitHub, through the Git database: blobs, a tree and a commit are made, and the branch is moved to it without force,
 * so that GitHub refuses where somebody else was faster. Octokit's errors pass through.
 */
export function githubStore(client: GitHubClient, repository: Repository, branch: string): HistoryStore {
  const { git } = client.rest;
  const at = { owner: repository.owner, repo: repository.repo };
  const reference = `heads/${branch}`;

  const tipOf = async (): Promise<string | undefined> => {
    try {
      return (await git.getRef({ ...at, ref: reference })).data.object.sha;
    } catch (error) {
      // An empty repository is a conflict.
      if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
      throw error;
    }
  };
  const textOf = async (blob: string): Promise<string> => {
    const { data } = await git.getBlob({ ...at, file_sha: blob });
    return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8').toString('utf8');
  };
  const read = async (): Promise<BranchState> => {
    const tip = await tipOf();
    if (tip === undefined) return { tip, names: [], files: new Map() };
    const { data: commit } = await git.getCommit({ ...at, commit_sha: tip });
    const { data: tree } = await git.getTree({ ...at, tree_sha: commit.tree.sha });
    const small = tree.tree.filter(({ type, size = 0 }) => type === 'blob' && size <= fileBytesLimit);
    const blobs = new Map(small.map(({ path, sha }) => [path, sha]));
    const files = new Map<string, string>();
    for (const name of filesToRead([...blobs.keys()])) files.set(name, await textOf(blobs.get(name) ?? ''));
    return { tip, names: tree.tree.map(({ path }) => path), files };
  };
  const write: HistoryStore['write'] = async ({ tip }, files, message) => {
    const entries = [];
    for (const [path, content] of files) {
      const { data: blob } = await git.createBlob({ ...at, content, encoding: 'utf-8' });
      entries.push({ path, mode: '100644', type: 'blob', sha: blob.sha } as const);
    }
    const base =
      tip === undefined ? {} : { base_tree: (await git.getCommit({ ...at, commit_sha: tip })).data.tree.sha };
    const { data: tree } = await git.createTree({ ...at, ...base, tree: entries });
    const parents = tip === undefined ? [] : [tip];
    const { data: commit } = await git.createCommit({ ...at, message, tree: tree.sha, parents });
    try {
      if (tip === undefined) await git.createRef({ ...at, ref: `refs/${reference}`, sha: commit.sha });
      else await git.updateRef({ ...at, ref: reference, sha: commit.sha, force: false });
      return true;
    } catch (error) {
      if (isOvertaken(error)) return false;
      throw error;
    }
  };
  return { branch, read, write };
}

/** True when the branch is no longer where it was read. A rule that protects it is a 422 too, and no retry helps. */
function isOvertaken(error: unknown): boolean {
  const status = statusOf(error);
  return (
    status === 409 ||
    (status === 422 && /not a fast[- ]forward|already exists|is at [0-9a-f]+ but expected/i.test(messageOf(error)))
  );
}
