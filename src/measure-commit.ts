import { inOrder } from './basics/in-order.ts';
import type { WorkProgress } from './basics/progress.ts';
import { findModels } from './changes/find-models.ts';
import type { Range } from './changes/range.ts';
import { findCommit, type Repository } from './changes/repository.ts';
import { loadConfigs } from './config/load-configs.ts';
import { selectWork } from './config/select-work.ts';
import { effectiveSettings } from './config/settings.ts';
import { resolveTargets } from './config/targets.ts';
import { problemWords, UserError } from './errors.ts';
import type { Measurement } from './measurement/measurement.ts';
import { type MeasurementFolder, openMeasurer } from './sides/measurer.ts';
import type { Target } from './targets/target.ts';

/** All models of a commit, to be measured without anything to compare them with. */
export interface CommitRequest {
  readonly repository: Repository;
  readonly revision: string;
  readonly configPath?: string;
  /** Names of the configuration's targets, or boards; none means all that are configured. */
  readonly targets: readonly string[];
  /** Globs of the models to measure; none means all. */
  readonly models?: readonly string[];
  readonly cache?: MeasurementFolder;
  readonly log: (line: string) => void;
  readonly progress: WorkProgress;
}

/** A model of the commit on a target, or in a sentence why it could not be measured. */
export type MeasuredModel = { readonly path: string; readonly target: Target } & (
  | { readonly measurement: Measurement }
  | { readonly problem: string }
);

/** Measures every model of a commit on every target that it ships to. @throws UserError for what keeps it from beginning */
export async function measureCommit(
  request: CommitRequest,
): Promise<{ readonly commit: string; readonly models: readonly MeasuredModel[] }> {
  const { repository, revision, log, cache, progress } = request;
  const sha = await findCommit(repository, revision);
  if (sha === undefined) throw new UserError(`There is no commit "${revision}" in ${repository.root}.`);
  const range: Range = { base: null, head: { sha, label: revision }, how: 'nothing' };
  const configs = await loadConfigs(repository, range, request.configPath);
  const targets = resolveTargets(configs.base, configs.head, request.targets);
  const found = await findModels(repository, range, configs, {
    head: revision,
    ...(request.models === undefined ? {} : { models: request.models }),
  });
  const work = selectWork(found, targets, configs, range);
  const measurer = await openMeasurer({
    repository,
    range,
    configs,
    comparisons: work.length,
    recipe: undefined,
    cache,
    log,
    samples: progress.samples,
  });
  const revisionName = revision === sha ? sha.slice(0, 10) : revision;
  let done = 0;
  try {
    const models = await inOrder(work, measurer.width, async ({ change, target }): Promise<MeasuredModel> => {
      const { path, headBlob, problem = 'it could not be read' } = change;
      if (headBlob === undefined || change.problem !== undefined) return { path, target, problem };
      progress.step(`${path} on ${target.name} at ${revisionName}`, done, work.length);
      const settings = effectiveSettings(configs.base, configs.head, path);
      try {
        const { measurement } = await measurer.side({ commit: sha, path, blob: headBlob, target, settings });
        return { path, target, measurement };
      } catch (error) {
        return { path, target, problem: problemWords(error) };
      } finally {
        done += 1;
      }
    });
    return { commit: sha, models };
  } finally {
    await measurer.close();
  }
}
