import type { FoundRecipes } from '../cache/stored-recipes.ts';
import { openBlobReader } from '../changes/blob-reader.ts';
import { commitSource } from '../changes/commit-source.ts';
import type { Repository } from '../changes/repository.ts';
import { readDataSet } from '../data/read-data-set.ts';
import { messageOf, UserError } from '../errors.ts';
import type { ComparisonInput } from '../judge/build-comparison.ts';
import { remembered } from './remembered.ts';
import { type MeasuredSide, measureSide, proposeForSide, type SideJob } from './side.ts';

/** What a thread that measures is started with: where it reads data sets, see `commitSource`. */
export interface SidesTask {
  readonly kind: 'sides';
  readonly repository: Repository;
  readonly commits: readonly string[];
}

/** A side to measure, or with `judged` a recipe to look for. */
export interface SideQuestion {
  readonly job: SideJob;
  readonly judged?: ComparisonInput;
}

export type SideAnswer =
  | { readonly kind: 'side'; readonly side: MeasuredSide }
  | { readonly kind: 'recipes'; readonly recipes: FoundRecipes }
  | { readonly kind: 'failure'; readonly message: string; readonly stack: string; readonly isUsers: boolean };

/** Data sets that a thread holds: one to calibrate, one to evaluate. */
const heldDataSets = 2;

/** What a thread that measures does: answers one question after another, whatever comes of it. */
export function answerSides({ repository, commits }: SidesTask): (question: SideQuestion) => Promise<SideAnswer> {
  // Ends with the thread.
  const source = commitSource(repository, commits, openBlobReader(repository).read);
  const context = { readData: remembered(heldDataSets, (file) => readDataSet(file, source)), progress: () => {} };
  return async ({ job, judged }) => {
    try {
      return judged === undefined
        ? { kind: 'side', side: await measureSide(job, context) }
        : { kind: 'recipes', recipes: await proposeForSide(job, judged, context) };
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? '') : '';
      return { kind: 'failure', message: messageOf(error), stack, isUsers: error instanceof UserError };
    }
  };
}
