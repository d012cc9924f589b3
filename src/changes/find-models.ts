import { type Change, listChanges } from './list-changes.ts';
import { modelMatcher } from './matcher.ts';
import type { Range } from './range.ts';
import type { RangeOptions } from './range-request-of.ts';
import type { Repository } from './repository.ts';
import { listModels, type TreeFile } from './tree.ts';
import { uncommittedFiles } from './uncommitted.ts';

/** The models of a run. */
export interface FoundModels {
  /** What differs between base and head. */
  readonly changed: readonly Change[];
  /** Every model of the head. */
  readonly all: readonly TreeFile[];
  /** Models and the configuration whose content in the work tree is not the head's, where somebody judges their own work tree's commit. */
  readonly uncommitted: readonly string[];
}

/** A configuration as far as it names models that the endings don't tell. */
interface NamesModels {
  readonly models: readonly { readonly paths: readonly string[] }[];
}

/** The models of base and head: `.onnx`, `.ort`, `.tflite`, and what the configurations name besides; or only what the request's globs match. */
export async function findModels(
  repository: Repository,
  range: Range,
  { base, head }: { readonly base: NamesModels | null; readonly head: NamesModels | null },
  request: RangeOptions & { readonly models?: readonly string[]; readonly configPath?: string },
): Promise<FoundModels> {
  const configured = [...(base?.models ?? []), ...(head?.models ?? [])].flatMap(({ paths }) => paths);
  const matcher = modelMatcher(configured, request.models);
  const isJudged = (path: string) => matcher(path) || path === request.configPath;
  const isOwnWorkTree = request.event === undefined && request.head === undefined;
  return {
    changed: await listChanges(repository, range, matcher),
    all: await listModels(repository, range.head.sha, matcher),
    uncommitted: isOwnWorkTree ? await uncommittedFiles(repository, isJudged) : [],
  };
}
