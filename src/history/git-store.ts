import { readSmallBlobs } from '../changes/blobs.ts';
import { branchRefspec, fetchMissing } from '../changes/fetch.ts';
import { git, splitNul, tryGit } from '../changes/git.ts';
import { findCommit, type Repository } from '../changes/repository.ts';
import { UserError } from '../errors.ts';
import { fileBytesLimit, filesToRead, type HistoryFiles } from './files.ts';
import type { BranchState, HistoryStore } from './record.ts';

const networkTimeoutMs = 2 * 60 * 1000;

/** An entry at the top of a tree, as `git mktree` takes it. */
interface Entry {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/**
 * The history on a branch of a repository, bare or not, or of a remote of it (`remote` is its name, address or path).
 * Written without a work tree: blobs, a tree and a commit are made, and the branch is moved only from where it was read, for a remote by a push with a lease.
 */
export function gitStore(repository: Repository, branch: string, remote?: string): HistoryStore {
  const reference = `refs/heads/${branch}`;
  return {
    branch,
    read: async () =>
      stateAt(
        repository,
        remote === undefined ? await localTip(repository, branch) : await fetchTip(repository, remote, reference),
      ),
    write: async (state, files, message) => {
      const commit = await commitFiles(repository, state.tip, files, message);
      return remote === undefined
        ? moveBranch(repository, reference, commit, state.tip)
        : pushBranch(repository, remote, reference, commit, state.tip);
    },
  };
}

/** Moves a branch from where it was read; false where it is elsewhere by now. One that only the remote had begins here, on top of the remote's. */
async function moveBranch(
  repository: Repository,
  reference: string,
  commit: string,
  tip: string | undefined,
): Promise<boolean> {
  const own = await findCommit(repository, reference);
  if (own !== undefined && own !== tip) return false;
  const { code } = await tryGit(repository.root, ['update-ref', reference, commit, own ?? '0'.repeat(commit.length)]);
  return code === 0;
}

/** The files of the history that a clone has on its own branch, or as its remote had it last; `undefined` where it has none. Fetched only where `mayFetch` says so and there is none. */
export async function readLocalHistory(
  repository: Repository,
  branch: string,
  { mayFetch = false }: { readonly mayFetch?: boolean } = {},
): Promise<HistoryFiles | undefined> {
  const here = await localTip(repository, branch);
  if (here === undefined && mayFetch) await fetchMissing(repository, [branchRefspec(branch)]);
  const tip = here ?? (mayFetch ? await localTip(repository, branch) : undefined);
  return tip === undefined ? undefined : (await stateAt(repository, tip)).files;
}

async function localTip(repository: Repository, branch: string): Promise<string | undefined> {
  const own = await findCommit(repository, `refs/heads/${branch}`);
  if (own !== undefined) return own;
  return findCommit(repository, `refs/remotes/origin/${branch}`);
}

async function fetchTip(repository: Repository, remote: string, reference: string): Promise<string | undefined> {
  if (remote.startsWith('-')) throw new UserError(`${JSON.stringify(remote)} is not a remote.`);
  const listed = await tryGit(repository.root, ['ls-remote', '--', remote, reference], { timeoutMs: networkTimeoutMs });
  if (listed.code !== 0) throw new UserError(`The remote ${remote} can't be read: ${lastLine(listed.stderr)}.`);
  const [tip] = listed.stdout.toString('utf8').split(/\s/);
  if (tip === undefined || tip === '') return undefined;
  if ((await findCommit(repository, tip)) === undefined) {
    const fetching = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--refmap=', '--', remote, reference];
    await git(repository.root, fetching, { timeoutMs: networkTimeoutMs });
  }
  return tip;
}

async function stateAt(repository: Repository, tip: string | undefined): Promise<BranchState> {
  if (tip === undefined) return { tip, names: [], files: new Map() };
  const entries = await entriesOf(repository, tip);
  const blobs = new Map(entries.filter(({ type }) => type === 'blob').map(({ name, id }) => [name, id]));
  const names = filesToRead([...blobs.keys()]);
  const contents = await readSmallBlobs(
    repository,
    names.map((name) => blobs.get(name) ?? ''),
    fileBytesLimit,
  );
  const files = new Map<string, string>();
  for (const name of names) {
    const bytes = contents.get(blobs.get(name) ?? '');
    if (bytes !== undefined) files.set(name, new TextDecoder().decode(bytes));
  }
  return { tip, names: entries.map(({ name }) => name), files };
}

async function entriesOf(repository: Repository, commit: string): Promise<readonly Entry[]> {
  return splitNul(await git(repository.root, ['ls-tree', '-z', '--full-tree', commit])).flatMap((line) => {
    const [, mode, type, id, name] = /^(\d{6}) (\w+) ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    return mode === undefined || type === undefined || id === undefined || name === undefined
      ? []
      : [{ mode, type, id, name }];
  });
}

async function commitFiles(
  repository: Repository,
  parent: string | undefined,
  files: ReadonlyMap<string, string>,
  message: string,
): Promise<string> {
  const entries = new Map<string, Entry>();
  if (parent !== undefined) for (const entry of await entriesOf(repository, parent)) entries.set(entry.name, entry);
  for (const [name, text] of files) {
    const id = line(await git(repository.root, ['hash-object', '-w', '--stdin'], { input: Buffer.from(text) }));
    entries.set(name, { mode: '100644', type: 'blob', id, name });
  }
  const listing = [...entries.values()].map(({ mode, type, id, name }) => `${mode} ${type} ${id}\t${name}\0`).join('');
  const tree = line(await git(repository.root, ['mktree', '-z'], { input: Buffer.from(listing) }));
  const parents = parent === undefined ? [] : ['-p', parent];
  const identity = ['-c', 'user.name=edge-ready-gate', '-c', 'user.email=edge-ready-gate@users.noreply.github.com'];
  return line(await git(repository.root, [...identity, 'commit-tree', tree, ...parents, '-m', message]));
}

/** Moves the remote's branch from where it was read; false where it is elsewhere by now. */
async function pushBranch(
  repository: Repository,
  remote: string,
  reference: string,
  commit: string,
  tip: string | undefined,
): Promise<boolean> {
  const lease = `--force-with-lease=${reference}:${tip ?? ''}`;
  const pushed = await tryGit(
    repository.root,
    ['push', '--quiet', '--no-verify', lease, '--', remote, `${commit}:${reference}`],
    { timeoutMs: networkTimeoutMs },
  );
  if (pushed.code === 0) return true;
  if (
    (await fetchTip(repository, remote, reference)) !== tip ||
    /cannot lock ref|failed to update ref/.test(pushed.stderr)
  )
    return false;
  throw new UserError(`The history could not be pushed to ${remote}: ${lastLine(pushed.stderr)}.`);
}

function line(output: Buffer): string {
  return output.toString('utf8').trim();
}

/** What git says last that says something, without user names and passwords that an address may hold. */
function lastLine(text: string): string {
  const said = text.split('\n').filter((each) => /^(fatal|error| !|remote:)/.test(each));
  return (said.at(0) ?? text)
    .trim()
    .replace(/:\/\/[^/@\s]*@/g, '://')
    .replace(/\.$/, '')
    .slice(0, 300);
}
