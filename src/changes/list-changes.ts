import type { ChangeState } from './change-state.ts';
import { filesWithTensors, modelsWithTouchedData } from './external-data.ts';
import { git, splitNul } from './git.ts';
import { findPointers, lfsAdvice, readContent } from './lfs.ts';
import type { ModelMatcher } from './matcher.ts';
import type { Range } from './range.ts';
import { parseRawDiff, type RawChange } from './raw-diff.ts';
import type { Repository } from './repository.ts';
import { listModels, submoduleMode, symbolicLinkMode } from './tree.ts';

/** What happened to one model between the two commits. Blobs are git's ids, to be read with `readContent`. */
export interface Change {
  readonly path: string;
  /** The path in the base, when it was renamed. */
  readonly previousPath?: string;
  readonly state: ChangeState;
  readonly baseBlob?: string;
  readonly headBlob?: string;
  /** Per cent of the file that a rename kept. */
  readonly similarity?: number;
  /** One sentence for people where the state is `base-missing`, `lfs-pointer` or `unsupported`. */
  readonly problem?: string;
}

/** The longest list of paths that goes on a command line; Windows allows 32,767 characters in all. */
const longestArguments = 24_000;

/** The largest model that Git LFS content is looked up for; what is larger is refused when it is read. */
const largestContentBytes = 2 ** 31 - 1;

/**
 * The models that differ between the two commits of a range, by path, those included whose external data alone differs. Nothing is checked out,
 * and only models are looked into.
 * Without a base every model of the head is listed: as `new` when the head is the first commit, else as `base-missing`.
 */
export async function listChanges(
  repository: Repository,
  range: Range,
  matcher: ModelMatcher,
): Promise<readonly Change[]> {
  const changes =
    range.base === null
      ? await withoutBase(repository, range, matcher)
      : await withBase(repository, range.base.sha, range.head.sha, matcher);
  return markPointers(
    repository,
    [...changes].sort((one, other) => compare(one.path, other.path)),
  );
}

async function withoutBase(repository: Repository, range: Range, matcher: ModelMatcher): Promise<readonly Change[]> {
  const models = await listModels(repository, range.head.sha, matcher);
  const missing = range.problem === undefined ? undefined : { state: 'base-missing' as const, problem: range.problem };
  return models.map(({ path, blob }) => ({ path, headBlob: blob, ...(missing ?? { state: 'new' }) }));
}

async function withBase(
  repository: Repository,
  base: string,
  head: string,
  matcher: ModelMatcher,
): Promise<readonly Change[]> {
  const all = (await rawDiff(repository, ['--no-renames', base, head])).filter(hasNewContent);
  const changes = (await diffModels(repository, base, head, all, matcher)).map(toChange);
  const touched = all.filter(({ path }) => !matcher(path));
  if (touched.length === 0) return changes;
  const known = new Set(changes.map(({ path }) => path));
  const others = (await listModels(repository, head, matcher)).filter(({ path }) => !known.has(path));
  const withTensors = await filesWithTensors(repository, others, touched);
  const withData = await modelsWithTouchedData(repository, others, withTensors);
  return [
    ...changes,
    ...withData.map(({ path, blob }) => ({ path, state: 'compared' as const, baseBlob: blob, headBlob: blob })),
  ];
}

/**
 * The differences in models, among `all`. Renames are looked for among models only, and only when something was both added and removed:
 * git compares contents for it, which a partial clone would have to fetch.
 */
async function diffModels(
  repository: Repository,
  base: string,
  head: string,
  all: readonly RawChange[],
  matcher: ModelMatcher,
): Promise<readonly RawChange[]> {
  const isModel = (change: RawChange) => matcher(change.path) || matcher(change.basePath);
  const plain = all.filter(isModel);
  const moved = plain.filter(({ status }) => status === 'A' || status === 'D');
  if (!moved.some(({ status }) => status === 'A') || !moved.some(({ status }) => status === 'D')) return plain;
  const paths = moved.map(({ path }) => path);
  // Bytes that are no UTF-8 do not survive the way through a string.
  const isListable = paths.join(' ').length <= longestArguments && !paths.some((path) => path.includes('\uFFFD'));
  const scope = isListable ? ['--', ...paths] : [];
  const renamed = await rawDiff(repository, ['-M', '-l0', base, head, ...scope]);
  const kept = plain.filter(({ status }) => status !== 'A' && status !== 'D');
  return [
    ...kept,
    ...renamed.filter(({ status }) => status === 'A' || status === 'D' || status === 'R').filter(isModel),
  ];
}

async function rawDiff(repository: Repository, args: readonly string[]): Promise<readonly RawChange[]> {
  const command = ['diff-tree', '-r', '--raw', '-z', '--full-index', '--no-ext-diff', '--no-textconv'];
  return parseRawDiff(splitNul(await git(repository.root, [...command, ...args])));
}

/** Not so when only the permission to execute changed. */
function hasNewContent({ status, baseBlob, headBlob }: RawChange): boolean {
  return status !== 'M' || baseBlob !== headBlob;
}

function toChange(change: RawChange): Change {
  const { path } = change;
  const headKind = specialKind(change.headMode);
  if (headKind !== undefined) {
    return { path, state: 'unsupported', problem: `${path} is ${headKind}, which the gate does not follow.` };
  }
  const hasBase = change.status !== 'A' && specialKind(change.baseMode) === undefined;
  const baseBlob = hasBase ? { baseBlob: change.baseBlob } : {};
  if (change.status === 'D') return { path, state: 'removed', ...baseBlob };
  const head = { path, headBlob: change.headBlob };
  if (!hasBase) return { ...head, state: 'new' };
  if (change.status !== 'R') return { ...head, ...baseBlob, state: 'compared' };
  const similarity = change.similarity === undefined ? {} : { similarity: change.similarity };
  return { ...head, ...baseBlob, ...similarity, state: 'renamed', previousPath: change.basePath };
}

function specialKind(mode: string): string | undefined {
  if (mode === symbolicLinkMode) return 'a symbolic link';
  return mode === submoduleMode ? 'a submodule' : undefined;
}

/** Where a side is a Git LFS pointer to what is not here: at the head it can't be judged at all, at the base there is nothing to compare with. */
async function markPointers(repository: Repository, changes: readonly Change[]): Promise<readonly Change[]> {
  const blobs = changes.flatMap(({ baseBlob, headBlob }) => [baseBlob, headBlob].filter((blob) => blob !== undefined));
  const pointers = await findPointers(repository, blobs);
  const lacking = new Set<string>();
  for (const blob of pointers.keys()) {
    const content = await readContent(repository, blob, largestContentBytes);
    if (content.kind === 'lfs-pointer') lacking.add(blob);
  }
  return changes.map((change) => {
    if (change.headBlob !== undefined && lacking.has(change.headBlob)) {
      return { ...change, state: 'lfs-pointer', problem: lfsAdvice(change.path) };
    }
    if (change.baseBlob === undefined || !lacking.has(change.baseBlob)) return change;
    const problem = `In the base ${lfsAdvice(change.previousPath ?? change.path)}`;
    const { baseBlob: _, ...rest } = change;
    return change.state === 'removed' ? rest : { ...rest, state: 'base-missing', problem };
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
