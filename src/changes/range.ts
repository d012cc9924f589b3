import { UserError } from '../errors.ts';
import { branchRefspec, deepenUntil, fetchMissing, isFullId } from './fetch.ts';
import { tryGit } from './git.ts';
import type { BaseRequest, RangeRequest } from './range-request.ts';
import { type Commit, findCommit, isShallow, type Repository } from './repository.ts';

/** The two commits to compare. */
export interface Range {
  /** `null` when there is none: the head is the first commit, or, with a `problem`, it can't be found. */
  readonly base: Commit | null;
  readonly head: Commit;
  /** How the base was chosen, for people: `the merge base with main`. */
  readonly how: string;
  /** Why the base is missing and what to do; models are then `base-missing`. */
  readonly problem?: string;
}

/** The lines to add where the repository is checked out. */
const fetchDepthAdvice = 'add "with: { fetch-depth: 0 }" to the step that uses actions/checkout';

/**
 * The two commits that a request means. Where the clone lacks them or is too shallow to tell, they are fetched and the history is deepened.
 * @throws UserError when the head can't be had; a base that can't be had is a `problem`.
 */
export async function resolveRange(repository: Repository, request: RangeRequest): Promise<Range> {
  const head = await findHead(repository, request);
  let passedOver: Range | undefined;
  const reasons: string[] = [];
  for (const candidate of request.bases) {
    const base = await findBase(repository, head, candidate, request);
    if (base.sha === null) return { base: null, head, how: 'nothing, as this is the first commit' };
    if (base.sha === undefined) {
      if (base.reason !== undefined) reasons.push(`${candidate.how}: ${base.reason}`);
      continue;
    }
    const range = { base: { sha: base.sha, label: candidate.how }, head, how: candidate.how };
    if (base.sha !== head.sha) return range;
    passedOver ??= range;
  }
  return passedOver ?? { base: null, head, how: 'nothing', problem: await missingBase(repository, request, reasons) };
}

async function findHead(repository: Repository, request: RangeRequest): Promise<Commit> {
  const { revision, label, fetch } = request.head;
  const here = await findCommit(repository, revision);
  if (here !== undefined) return { sha: here, label };
  for (const reference of isFullId(revision) ? [revision, ...(fetch === undefined ? [] : [fetch])] : []) {
    if (!(await fetchMissing(repository, [reference])).ok) continue;
    const fetched = await findCommit(repository, revision);
    if (fetched !== undefined) return { sha: fetched, label };
  }
  throw new UserError(
    isFullId(revision)
      ? `The head commit ${revision} (${label}) is not in this checkout and could not be fetched; ${fetchDepthAdvice}.`
      : `There is no commit "${revision}" in ${repository.root}${revision === 'HEAD' ? ': nothing has been committed there yet' : ''}.`,
  );
}

/** `sha` is `undefined` when this way leads nowhere, with the reason if it is worth telling, and `null` when there can be no base. */
interface FoundBase {
  readonly sha: string | null | undefined;
  readonly reason?: string;
}

async function findBase(
  repository: Repository,
  head: Commit,
  candidate: BaseRequest,
  request: RangeRequest,
): Promise<FoundBase> {
  switch (candidate.kind) {
    case 'commit':
      return findExactly(repository, candidate.revision);
    case 'first-parent':
      return findParent(repository, head);
    case 'merge-base':
      return findMergeBase(repository, head, candidate, request);
  }
}

async function findExactly(repository: Repository, revision: string): Promise<FoundBase> {
  const here = await findCommit(repository, revision);
  if (here !== undefined) return { sha: here };
  const fetched = await fetchMissing(repository, [revision]);
  if (!fetched.ok) return { sha: undefined, reason: fetched.reason };
  return { sha: await findCommit(repository, revision) };
}

async function findParent(repository: Repository, head: Commit): Promise<FoundBase> {
  const parent = () => findCommit(repository, `${head.sha}^1`);
  const here = await parent();
  if (here !== undefined) return { sha: here };
  if (!(await isShallow(repository))) return { sha: null };
  const deepened = await deepenUntil(repository, [head.sha], parent);
  if ('found' in deepened) return { sha: deepened.found };
  return (await isShallow(repository)) ? { sha: undefined, reason: deepened.reason } : { sha: null };
}

async function findMergeBase(
  repository: Repository,
  head: Commit,
  candidate: BaseRequest & { readonly kind: 'merge-base' },
  request: RangeRequest,
): Promise<FoundBase> {
  const other = () => findCommit(repository, candidate.revision);
  const refspec = candidate.fetch === undefined ? candidate.revision : branchRefspec(candidate.fetch);
  const canFetch = candidate.fetch !== undefined || isFullId(candidate.revision);
  if ((await other()) === undefined) {
    if (!canFetch) return { sha: undefined };
    const fetched = await fetchMissing(repository, [refspec]);
    if (!fetched.ok) return { sha: undefined, reason: fetched.reason };
  }
  const common = async () => {
    const tip = await other();
    return tip === undefined ? undefined : mergeBase(repository, tip, head.sha);
  };
  const here = await common();
  if (here !== undefined) return { sha: here };
  const below = canFetch ? refspec : ((await other()) ?? refspec);
  let deepened = await deepenUntil(repository, [below, head.sha], common);
  // A server that gives no commit by its id gives it by its reference.
  if ('reason' in deepened && request.head.fetch !== undefined) {
    deepened = await deepenUntil(repository, [below, request.head.fetch], common);
  }
  return 'found' in deepened ? { sha: deepened.found } : { sha: undefined, reason: deepened.reason };
}

/** The best common ancestor of two commits that are here, or `undefined` when none is here. */
async function mergeBase(repository: Repository, one: string, two: string): Promise<string | undefined> {
  const { code, stdout } = await tryGit(repository.root, ['merge-base', one, two]);
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

async function missingBase(repository: Repository, request: RangeRequest, reasons: readonly string[]): Promise<string> {
  const tried = [...new Set([...reasons, ...request.bases.map((base) => base.how)])];
  const ways = tried.filter((way) => !reasons.some((reason) => reason !== way && reason.startsWith(`${way}: `)));
  const advice = (await isShallow(repository))
    ? `The clone is shallow: ${fetchDepthAdvice}.`
    : 'Name a commit to compare with, by the input "base" or the option --base.';
  return `The commit to compare with was not found; tried ${ways.join('; ')}. ${advice}`.slice(0, 1900);
}
