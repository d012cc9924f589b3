import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Progress } from '../basics/progress.ts';
import { openFolderCache } from '../cache/folder-cache.ts';
import type { FoundRecipes } from '../cache/stored-recipes.ts';
import { type AskedSide, handedOut, type KeptModels, type SideRecord } from '../cache/stored-side.ts';
import { openBlobReader } from '../changes/blob-reader.ts';
import { commitSource } from '../changes/commit-source.ts';
import type { Range } from '../changes/range.ts';
import type { Repository } from '../changes/repository.ts';
import type { Configs } from '../config/read-configs.ts';
import { readDataSet } from '../data/read-data-set.ts';
import type { ModelGraphs } from '../diff/side.ts';
import { readModel } from '../formats/read-model.ts';
import { inferShapes } from '../graph/infer-shapes.ts';
import type { ComparisonInput } from '../judge/build-comparison.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Recipe } from '../optimize/recipe.ts';
import { recipesKey } from './measurement-key.ts';
import { openModelFiles } from './model-files.ts';
import { remembered } from './remembered.ts';
import type { MeasuredSide, SideJob } from './side.ts';
import { openSideJobs, type SideRequest } from './side-jobs.ts';
import { askedFor, calledBy, calledLike, mayBeKept, modelsOf, recordOf } from './side-record.ts';
import { openWorkers } from './workers.ts';

/** A side of a comparison, measured in this run or before. */
interface Side extends SideRecord {
  /** The optimised model that would be handed out, and its Measurement; `undefined` where what ships is what was committed. */
  readonly made?: { readonly measurement: Measurement; readonly bytes: () => Promise<Uint8Array> };
  /** The model as it was committed and as it was compiled, read again from their bytes. */
  readonly readGraphs: () => Promise<ModelGraphs>;
}

/** How many sides were asked for, and how they were had. */
export interface MeasuringCounts {
  readonly measured: number;
  readonly fromCache: number;
  /** Asked for again in the same run: a base of several changes, a model under two names. */
  readonly again: number;
  /** Searches for a recipe that were had from before. */
  readonly recipesFromCache: number;
}

/** Measures the models of one run, each once. */
export interface Measurer {
  /** @throws UserError for what is wrong with the model, its data sets or its recipe */
  readonly side: (request: SideRequest) => Promise<Side>;
  /** Looks for a recipe that a failing head would pass with. */
  readonly propose: (request: SideRequest, judged: ComparisonInput) => Promise<FoundRecipes>;
  /** Comparisons that are worth being made at once. */
  readonly width: number;
  readonly counts: () => MeasuringCounts;
  readonly close: () => Promise<void>;
}

/** A folder of measurements, and what is left of it when a run has ended: half a GiB unless told. */
export interface MeasurementFolder {
  readonly folder: string;
  readonly mostBytes?: number;
}

export interface MeasurerOptions {
  readonly repository: Repository;
  readonly range: Range;
  readonly configs: Configs;
  /** How many comparisons there will be. */
  readonly comparisons: number;
  /** Instead of the configuration's. */
  readonly recipe: Recipe | undefined;
  /** Where measurements are kept from run to run; without it they are kept for this one. */
  readonly cache: MeasurementFolder | undefined;
  readonly log: (line: string) => void;
  /** Hears how far a model has come on its data sets. */
  readonly samples: Progress;
}

/** Data sets that are held in memory: one to calibrate, one to evaluate. */
const heldDataSets = 2;
const defaultCacheBytes = 512 * 2 ** 20;

/**
 * A measurer for the commits of a range. What it measures goes to a folder at once, so that it holds no optimised model in memory,
 * and what that folder has from before under the same key is not measured again.
 */
export async function openMeasurer(options: MeasurerOptions): Promise<Measurer> {
  const { repository, range, log } = options;
  const commits = range.base === null ? [range.head.sha] : [range.base.sha, range.head.sha];
  const blobs = openBlobReader(repository);
  const source = commitSource(repository, commits, blobs.read);
  const folder = options.cache?.folder ?? (await mkdtemp(path.join(tmpdir(), 'edge-ready-run-')));
  const cache = openFolderCache(folder, log);
  const counts = { measured: 0, fromCache: 0, again: 0, recipesFromCache: 0 };
  const known = new Map<string, Promise<Had>>();
  const readData = remembered(heldDataSets, (file) => readDataSet(file, source));
  const context = { readData, progress: options.samples };
  const { filesOf, jobOf, keyOf } = openSideJobs(options, { commits, source, readBlob: blobs.read });
  const workers = openWorkers(options.comparisons, repository, commits, context);
  const measure = async (job: SideJob): Promise<MeasuredSide> => {
    counts.measured += 1;
    return workers.measure(job);
  };
  // Made apart, so that what is remembered of a side holds nothing large; measured again in the unlikely case that the entry is gone.
  const modelsLater = (request: SideRequest, asked: AskedSide) => async (): Promise<KeptModels> =>
    (await cache.read(asked))?.models ?? modelsOf(await measure(await jobOf(request)));
  const had = async (request: SideRequest, job: SideJob, key: string): Promise<Had> => {
    const asked = askedFor(job, key);
    const stored = await cache.read(asked);
    if (stored !== undefined) {
      counts.fromCache += 1;
      return { record: stored.side, models: modelsLater(request, asked) };
    }
    const side = await measure(job);
    const record = recordOf(side);
    const kept = modelsOf(side);
    const isKept = mayBeKept(record) && (await cache.write(key, record, kept));
    return { record, models: isKept ? modelsLater(request, asked) : held(kept) };
  };
  const answer = (request: SideRequest, { record, models }: Had): Side => {
    const side = calledBy(request.path, record);
    const measurement = handedOut(side);
    const readGraphs = async (): Promise<ModelGraphs> => {
      const { dimensions } = request.settings;
      const source = inferShapes(openModelFiles(await filesOf(request)).graph, dimensions);
      if (side.measurement.artifact.recipe === 'none') return { source, artifact: source };
      const { made, uncompiled = made } = await models();
      return { source, artifact: inferShapes(readModel(uncompiled, request.path).graph, dimensions) };
    };
    return {
      ...side,
      readGraphs,
      ...(measurement === undefined ? {} : { made: { measurement, bytes: async () => (await models()).made } }),
    };
  };

  return {
    width: workers.width,
    counts: () => counts,
    side: async (request) => {
      const job = await jobOf(request);
      const key = await keyOf(job);
      if (key === undefined) {
        const side = await measure(job);
        return answer(request, { record: recordOf(side), models: async () => modelsOf(side) });
      }
      const before = known.get(key);
      if (before !== undefined) counts.again += 1;
      // What failed says so of the other path.
      const made = before?.catch(() => had(request, job, key)) ?? had(request, job, key);
      known.set(key, made);
      return answer(request, await made);
    },
    propose: async (request, judged) => {
      const job = await jobOf(request);
      const side = await keyOf(job);
      if (side === undefined) return workers.propose(job, judged);
      const key = recipesKey(side, judged);
      const stored = await cache.readRecipes(askedFor(job, key));
      if (stored !== undefined) {
        counts.recipesFromCache += 1;
        return calledLike(request.path, stored);
      }
      const found = await workers.propose(job, judged);
      await cache.writeRecipes(key, found);
      return found;
    },
    close: async () => {
      await Promise.all([workers.close(), blobs.close()]);
      if (options.cache === undefined) await rm(folder, { recursive: true, force: true });
      else await cache.prune(options.cache.mostBytes ?? defaultCacheBytes);
    },
  };
}

/** What is known under a key, and how to have the models that belong to it. */
interface Had {
  readonly record: SideRecord;
  readonly models: () => Promise<KeptModels>;
}

/** As a closure of its own, which holds these models and nothing else. */
function held(models: KeptModels): Had['models'] {
  return async () => models;
}
