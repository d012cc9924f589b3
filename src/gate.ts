import { inOrder } from './basics/in-order.ts';
import { loggedProgress, type WorkProgress } from './basics/progress.ts';
import { findModels } from './changes/find-models.ts';
import { type Range, resolveRange } from './changes/range.ts';
import { type RangeOptions, rangeRequestOf } from './changes/range-request-of.ts';
import { openRepository, type Repository } from './changes/repository.ts';
import { checkSchedules } from './check-schedules.ts';
import { compareChange } from './compare-change.ts';
import { defaultConfigPath } from './config/defaults.ts';
import { loadConfigs } from './config/load-configs.ts';
import { selectWork } from './config/select-work.ts';
import { resolveTargets } from './config/targets.ts';
import { UserError } from './errors.ts';
import { defaultHistoryBranch, readHistory } from './history/files.ts';
import { readLocalHistory } from './history/git-store.ts';
import { indexSeries, type SeriesIndex } from './history/series.ts';
import type { Recipe } from './optimize/recipe.ts';
import { buildReport } from './report/build-report.ts';
import type { GateReport } from './report/report-schema.ts';
import type { ProducedModel } from './report/write-outputs.ts';
import { type MeasurementFolder, type MeasuringCounts, openMeasurer } from './sides/measurer.ts';

/** One run of the gate. */
export interface GateRequest extends RangeOptions {
  /** A folder in the repository. */
  readonly directory: string;
  /** The configuration, from the repository's top. One that is named has to exist. */
  readonly configPath?: string;
  /** Names of the configuration's targets, or boards; none means all that are configured. */
  readonly targets: readonly string[];
  /** True where somebody waits and can name another commit: without the one to compare with, nothing is begun. */
  readonly needsBase?: boolean;
  /** Globs of the models to judge; none means all. */
  readonly models?: readonly string[];
  /** Instead of the recipes of the configuration. */
  readonly recipe?: Recipe;
  /** Where measurements are kept from run to run; without it everything is measured. */
  readonly cache?: MeasurementFolder;
  /** The branch that holds the history, which is fetched where the clone lacks it. Without it the usual one, if the clone has it. */
  readonly historyBranch?: string;
  /** Takes each optimised model as soon as it is made. */
  readonly keep?: (model: ProducedModel) => Promise<void>;
  /** Hears what is being done, a line at a time. */
  readonly log: (line: string) => void;
  /** Hears how far it has come; lines of the log unless told. */
  readonly progress?: WorkProgress;
}

export interface GateResult {
  readonly report: GateReport;
  readonly counts: MeasuringCounts;
}

/**
 * The whole job: which models changed, measured at base and head for every target, compared, judged, reported.
 * What can't be judged is in the report with verdict `error`.
 * @throws UserError for what keeps the run as a whole from starting: no repository, no commit to compare with where there has to be one, an unknown target, mistakes in the configuration.
 */
export async function runGate(request: GateRequest): Promise<GateResult> {
  const repository = await openRepository(request.directory);
  const range = await resolveRange(repository, rangeRequestOf(request));
  if (request.needsBase === true && range.problem !== undefined) throw new UserError(range.problem);
  const configs = await loadConfigs(repository, range, request.configPath);
  const targets = resolveTargets(configs.base, configs.head, request.targets);
  const configPath = request.configPath ?? defaultConfigPath;
  const models = await findModels(repository, range, configs, { ...request, configPath });
  const work = selectWork(models, targets, configs, range);
  const history = await historyOf(repository, request);
  request.log(describeWork(work.length, range));

  const { cache, keep, log, recipe, progress = loggedProgress(log) } = request;
  const { samples } = progress;
  const comparing = { repository, range, configs, comparisons: work.length, recipe, cache, log, samples };
  const measurer = await openMeasurer(comparing);
  let done = 0;
  try {
    const comparisons = await inOrder(work, measurer.width, async ({ change, target }) => {
      progress.step(`${change.path} on ${target.name}`, done, work.length);
      const comparison = await compareChange({ repository, measurer, history, range, configs, change, target, keep });
      done += 1;
      return comparison;
    });
    const run = { repository, range, configs, targets, models, comparisons };
    const schedules = await checkSchedules({ ...run, measurer, log });
    const counts = measurer.counts();
    if (counts.fromCache > 0) log(describeCounts(counts));
    return { report: buildReport({ ...run, schedules }), counts };
  } finally {
    await measurer.close();
  }
}

async function historyOf(repository: Repository, { historyBranch, log }: GateRequest): Promise<SeriesIndex> {
  const branch = historyBranch ?? defaultHistoryBranch;
  const files = await readLocalHistory(repository, branch, { mayFetch: historyBranch !== undefined });
  const history = readHistory(files ?? new Map());
  if (history.ignored > 0)
    log(`${history.ignored} lines of the branch ${branch} were not understood and are left out.`);
  return indexSeries(history);
}

function describeCounts({ measured, fromCache }: MeasuringCounts): string {
  return `${measured + fromCache} measurements: ${measured} made, ${fromCache} known from before`;
}

function describeWork(count: number, { base, how }: Range): string {
  const what = `${count} ${count === 1 ? 'comparison' : 'comparisons'} to make`;
  return base === null ? `${what}, without a base: ${how}` : `${what} with ${base.sha.slice(0, 10)}, ${how}`;
}
