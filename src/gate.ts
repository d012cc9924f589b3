import { commitSource } from './changes/commit-source.ts';
import { rangeOfEvent, type WorkflowEvent } from './changes/event-range.ts';
import { readFileAt } from './changes/lfs.ts';
import { type Change, listChanges } from './changes/list-changes.ts';
import { modelMatcher } from './changes/matcher.ts';
import { type Range, resolveRange } from './changes/range.ts';
import { rangeOfRevisions } from './changes/range-request.ts';
import { openRepository, type Repository } from './changes/repository.ts';
import { listModels, type TreeFile } from './changes/tree.ts';
import { compareChange } from './compare-change.ts';
import { budgetsDiffer } from './config/budgets.ts';
import { defaultConfigPath } from './config/defaults.ts';
import { configNotes } from './config/notes.ts';
import { type Configs, readConfigs } from './config/read-configs.ts';
import { effectiveSettings } from './config/settings.ts';
import { resolveTargets } from './config/targets.ts';
import type { Comparison } from './judge/comparison.ts';
import { worstVerdict } from './judge/worst-verdict.ts';
import type { Recipe } from './recipe.ts';
import type { GateReport } from './report/report-schema.ts';
import type { ProducedModel } from './report/write-outputs.ts';
import type { Target } from './targets/target.ts';
import { gateVersion } from './version.ts';

/** One run of the gate. */
export interface GateRequest {
  /** A folder in the repository. */
  readonly directory: string;
  /** The event of a workflow; without it `base` and `head` are revisions, each with a default. */
  readonly event?: WorkflowEvent;
  readonly base?: string;
  readonly head?: string;
  /** The configuration, from the repository's top. One that is named has to exist. */
  readonly configPath?: string;
  /** Names of the configuration's targets, or boards; none means all that are configured. */
  readonly targets: readonly string[];
  /** Globs of the models to judge; none means all. */
  readonly models?: readonly string[];
  /** Instead of the recipes of the configuration. */
  readonly recipe?: Recipe;
  /** Hears what is being done, a line at a time. */
  readonly log: (line: string) => void;
}

export interface GateResult {
  readonly report: GateReport;
  /** The optimised models that came out of it. */
  readonly produced: readonly ProducedModel[];
}

/**
 * The whole job: which models changed, measured at base and head for every target, compared, judged, reported.
 * What can't be judged is in the report with verdict `error`.
 * @throws UserError for what keeps the run as a whole from starting: no repository, an unknown target, mistakes in the configuration.
 */
export async function runGate(request: GateRequest): Promise<GateResult> {
  const repository = await openRepository(request.directory);
  const range = await resolveRange(repository, rangeRequest(request));
  const configs = await configurations(repository, range, request);
  const targets = resolveTargets(configs.base, configs.head, request.targets);
  const matcher = modelMatcher(configuredModels(configs), request.models);
  const models = await listModels(repository, range.head.sha, matcher);
  const changed = await listChanges(repository, range, matcher);
  const changes = [...changed, ...judgedAnew(models, changed, range, configs, targets)];
  request.log(
    `${count(changes.length, 'model')} to judge, compared with ${range.base?.sha.slice(0, 10) ?? 'no base'}: ${range.how}`,
  );

  const comparisons: Comparison[] = [];
  const produced: ProducedModel[] = [];
  const source = commitSource(repository, shas(range));
  for (const change of changes) {
    for (const target of targetsOf(change, targets, configs)) {
      request.log(`${change.path} on ${target.name}`);
      const compared = await compareChange({
        repository,
        range,
        source,
        configs,
        change,
        target,
        ...recipeOf(request),
      });
      comparisons.push(compared.comparison);
      produced.push(...compared.produced);
    }
  }

  const notes = [
    ...configs.notes,
    ...configNotes(
      configs.head ?? configs.base,
      models.map(({ path }) => path),
    ),
  ];
  return { report: reportOf(range, configs, targets, comparisons, notes), produced };
}

function rangeRequest({ event, base, head }: GateRequest) {
  if (event !== undefined) return rangeOfEvent(event, base);
  return rangeOfRevisions({ ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) });
}

async function configurations(repository: Repository, range: Range, request: GateRequest): Promise<Configs> {
  const path = request.configPath ?? defaultConfigPath;
  const read = (sha: string) => readFileAt(repository, sha, path, largestConfigBytes);
  const base = range.base === null ? null : await read(range.base.sha);
  return readConfigs(base, await read(range.head.sha), path, request.configPath !== undefined);
}

/** The models that did not change but are judged by other rules now. */
function judgedAnew(
  models: readonly TreeFile[],
  changed: readonly Change[],
  range: Range,
  { base, head }: Configs,
  targets: readonly Target[],
): readonly Change[] {
  if (range.base === null) return [];
  const known = new Set(changed.map(({ path }) => path));
  return models
    .filter(({ path }) => !known.has(path) && targets.some((target) => budgetsDiffer(base, head, path, target)))
    .map(({ path, blob }) => ({ path, state: 'unchanged', baseBlob: blob, headBlob: blob }));
}

/** The targets that a model ships to. A model that ships to none of those asked for is another leg's. */
function targetsOf(change: Change, targets: readonly Target[], { base, head }: Configs): readonly Target[] {
  const { targets: names } = effectiveSettings(base, head, change.path);
  return names === undefined ? targets : targets.filter(({ name }) => names.includes(name));
}

function configuredModels({ base, head }: Configs): readonly string[] {
  return [...(base?.models ?? []), ...(head?.models ?? [])].flatMap(({ paths }) => paths);
}

function reportOf(
  range: Range,
  configs: Configs,
  targets: readonly Target[],
  comparisons: Comparison[],
  notes: readonly string[],
): GateReport {
  const problems = range.problem === undefined ? [] : [range.problem];
  const verdict = worstVerdict([
    ...comparisons.map((comparison) => comparison.verdict),
    ...problems.map(() => 'error' as const),
  ]);
  return {
    schemaVersion: 1,
    gate: gateVersion,
    base: range.base,
    head: range.head,
    targets: targets.map(({ name }) => name),
    comparisons,
    notes: notes.slice(0, 200),
    problems,
    configPath: configs.head?.path ?? configs.base?.path ?? null,
    verdict,
  };
}

/** A configuration is written by hand; a megabyte of it is a mistake. */
const largestConfigBytes = 2 ** 20;

function shas({ base, head }: Range): readonly string[] {
  return base === null ? [head.sha] : [base.sha, head.sha];
}

function recipeOf({ recipe }: GateRequest): { readonly recipe?: Recipe } {
  return recipe === undefined ? {} : { recipe };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
