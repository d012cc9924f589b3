import { inTurn } from '../basics/in-turn.ts';
import type { FoundRecipes } from '../cache/stored-recipes.ts';
import type { Repository } from '../changes/repository.ts';
import { UserError } from '../errors.ts';
import type { ComparisonInput, Side } from '../judge/build-comparison.ts';
import { openThreads } from '../threads.ts';
import type { SideAnswer, SideQuestion, SidesTask } from './answer.ts';
import { type JobContext, type MeasuredSide, measureSide, proposeForSide, type SideJob } from './side.ts';

/** What carries jobs out: this thread, one after another, or several threads. */
export interface Workers {
  /** Jobs that are worth giving at once. */
  readonly width: number;
  readonly measure: (job: SideJob) => Promise<MeasuredSide>;
  readonly propose: (job: SideJob, judged: ComparisonInput) => Promise<FoundRecipes>;
  readonly close: () => Promise<void>;
}

/** A thread of its own is worth starting for so many comparisons. */
const comparisonsPerThread = 2;

/**
 * Workers for so many comparisons. Few have this thread, and the cores for the samples of large data sets; many have a thread for each core, and each thread no further ones.
 * What a device measures is always one after another. Results do not depend on which it is.
 */
export function openWorkers(
  comparisons: number,
  repository: Repository,
  commits: readonly string[],
  context: JobContext,
): Workers {
  const inOrder = inTurn();
  const alone = {
    measure: (job: SideJob) => inOrder(() => measureSide(job, context)),
    propose: (job: SideJob, judged: ComparisonInput) => inOrder(() => proposeForSide(job, judged, context)),
  };
  const most = Math.floor(comparisons / comparisonsPerThread);
  const threads =
    most < 2
      ? undefined
      : openThreads<SidesTask, SideQuestion, SideAnswer>({ kind: 'sides', repository, commits }, most);
  if (threads === undefined) return { ...alone, width: 1, close: async () => {} };
  return {
    width: 2 * threads.count,
    measure: async (job) => {
      if (job.options.device !== undefined) return alone.measure(job);
      const answer = await threads.ask({ job });
      if (answer.kind === 'side') return answer.side;
      throw failureOf(answer);
    },
    propose: async (job, judged) => {
      const answer = await threads.ask({ job, judged: withoutGraphs(judged) });
      if (answer.kind === 'recipes') return answer.recipes;
      throw failureOf(answer);
    },
    close: threads.close,
  };
}

function failureOf(answer: SideAnswer): Error {
  if (answer.kind !== 'failure') return new Error('a thread answered another question');
  if (answer.isUsers) return new UserError(answer.message);
  return Object.assign(new Error(answer.message), { stack: answer.stack });
}

/** What a thread can be told of a side: functions can't be sent, and graphs are large. */
function plain({ measurement, correct, answers }: Side): Side {
  return {
    measurement,
    ...(correct === undefined ? {} : { correct }),
    ...(answers === undefined ? {} : { answers }),
  };
}

/** Nothing that is looked for needs more. */
function withoutGraphs(judged: ComparisonInput): ComparisonInput {
  const { base, head } = judged;
  return { ...judged, base: base && plain(base), head: head && plain(head) };
}
