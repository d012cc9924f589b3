import { dataIdentity } from '../changes/data-identity.ts';
import type { Repository } from '../changes/repository.ts';
import type { ModelSettings } from '../config/config.ts';
import type { Configs } from '../config/read-configs.ts';
import type { FileSource } from '../data/data-set.ts';
import type { Recipe } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import { measurementKey } from './measurement-key.ts';
import { type ModelFiles, readCommittedModel } from './model-files.ts';
import { remembered } from './remembered.ts';
import type { SideJob } from './side.ts';
import { sideOptions } from './side-options.ts';

/** A model of a commit on a target. */
export interface SideRequest {
  readonly commit: string;
  readonly path: string;
  readonly blob: string;
  readonly target: Target;
  readonly settings: ModelSettings;
}

/** What measuring a side begins with. */
interface SideJobs {
  /** The model as it was committed. */
  readonly filesOf: (request: SideRequest) => Promise<ModelFiles>;
  readonly jobOf: (request: SideRequest) => Promise<SideJob>;
  /** The key that the outcome is kept under; undefined where a data set is missing, which measuring tells. */
  readonly keyOf: (job: SideJob) => Promise<string | undefined>;
}

/** Where sides are read from. */
interface Sources {
  readonly commits: readonly string[];
  readonly source: FileSource;
  readonly readBlob: Parameters<typeof readCommittedModel>[3];
}

/** Models that are held in memory besides those that are being measured: a model comes with several targets in a row. */
const heldModels = 4;

/** Reads models and settings of the commits of a run, the last models once. */
export function openSideJobs(
  run: { readonly repository: Repository; readonly configs: Configs; readonly recipe: Recipe | undefined },
  { commits, source, readBlob }: Sources,
): SideJobs {
  const { repository } = run;
  const identityOf = remembered(1000, (file) => dataIdentity(repository, commits, file));
  const requests = new Map<string, SideRequest>();
  const readFiles = remembered(heldModels, (id) => {
    const request = requests.get(id) as SideRequest;
    return readCommittedModel(repository, request.commit, request, readBlob);
  });
  const filesOf = (request: SideRequest): Promise<ModelFiles> => {
    const id = JSON.stringify([request.commit, request.path, request.blob]);
    requests.set(id, request);
    return readFiles(id);
  };
  return {
    filesOf,
    jobOf: async (request) => ({
      options: await sideOptions(request.settings, request.target, { ...run, source }),
      files: await filesOf(request),
      target: request.target,
    }),
    keyOf: async (job) => {
      const { calibration: toCalibrate, evaluation: toEvaluate } = job.options;
      const calibration = toCalibrate === undefined ? '' : await identityOf(toCalibrate);
      const evaluation = toEvaluate === undefined ? '' : await identityOf(toEvaluate.data);
      if (calibration === undefined || evaluation === undefined) return undefined;
      return measurementKey(job, { calibration, evaluation });
    },
  };
}
