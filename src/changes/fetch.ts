import { messageOf } from '../errors.ts';
import { tryGit } from './git.ts';
import { isShallow, type Repository } from './repository.ts';

/** What became of getting something from the remote; `reason` is the first line that git said about it. */
export type Fetched = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** How many commits each step adds below the ones that are there; after the last, all history is fetched. */
const deepeningSteps: readonly number[] = [50, 250, 1250];

/** Commits fetched below something that was not here at all, in a clone that is shallow. */
const firstDepth = 50;

const fetchTimeoutMs = 10 * 60 * 1000;

/** True for the full id of an object, SHA-1 or SHA-256. */
export function isFullId(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** A branch as git fetches it into its remote-tracking reference. */
export function branchRefspec(branch: string): string {
  return `+refs/heads/${branch}:refs/remotes/origin/${branch}`;
}

/**
 * Gets commits that this clone lacks. `refspecs` are full ids, `refs/…` names or `branchRefspec`s.
 * A shallow clone stays shallow; its history grows by what is asked for.
 */
export async function fetchMissing(repository: Repository, refspecs: readonly string[]): Promise<Fetched> {
  const depth = (await isShallow(repository)) ? [`--depth=${firstDepth}`] : [];
  return fetchFrom(repository, depth, refspecs);
}

/**
 * Deepens a shallow clone below the given refspecs, step by step, until `found` gives something.
 * Gives what was found, or why nothing was.
 */
export async function deepenUntil<T>(
  repository: Repository,
  refspecs: readonly string[],
  found: () => Promise<T | undefined>,
): Promise<{ readonly found: T } | { readonly reason: string }> {
  for (const step of [...deepeningSteps.map((count) => `--deepen=${count}`), '--unshallow']) {
    if (!(await isShallow(repository))) break;
    const fetched = await fetchFrom(repository, [step], refspecs);
    if (!fetched.ok) return { reason: fetched.reason };
    const result = await found();
    if (result !== undefined) return { found: result };
  }
  return { reason: 'the two have no history in common' };
}

async function fetchFrom(
  repository: Repository,
  depth: readonly string[],
  refspecs: readonly string[],
): Promise<Fetched> {
  const remote = await remoteName(repository);
  if (remote === undefined) return { ok: false, reason: 'the repository has no remote to fetch from' };
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...depth, '--', remote, ...refspecs];
  try {
    const { code, stderr } = await tryGit(repository.root, args, { timeoutMs: fetchTimeoutMs });
    return code === 0 ? { ok: true } : { ok: false, reason: firstComplaint(stderr) };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

/** `origin`, or the first remote there is. */
async function remoteName(repository: Repository): Promise<string | undefined> {
  const { stdout } = await tryGit(repository.root, ['remote']);
  const names = stdout
    .toString('utf8')
    .split(/\r?\n/)
    .filter((name) => name !== '');
  return names.includes('origin') ? 'origin' : names[0];
}

/** The line of git's complaint that says most, without user names and passwords that an address may hold. */
function firstComplaint(stderr: string): string {
  const lines = stderr.split(/\r?\n/).filter((text) => text !== '');
  const line = lines.find((text) => /^(fatal|error):/.test(text)) ?? lines[0] ?? 'git fetch failed';
  return line.replace(/:\/\/[^/@\s]*@/g, '://').slice(0, 300);
}
