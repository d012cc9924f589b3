import type { FoundRecipes } from './cache/stored-recipes.ts';
import type { Change } from './changes/list-changes.ts';
import type { Range } from './changes/range.ts';
import type { Repository } from './changes/repository.ts';
import { effectiveBudgets } from './config/budgets.ts';
import type { Configs } from './config/read-configs.ts';
import { effectiveSettings } from './config/settings.ts';
import { earlierSides } from './earlier-sides.ts';
import { problemWords } from './errors.ts';
import type { SeriesIndex } from './history/series.ts';
import { buildComparison, type ComparisonInput } from './judge/build-comparison.ts';
import type { Comparison } from './judge/comparison.ts';
import { pastOf } from './judge/past.ts';
import type { Finding, Measurement } from './measurement/measurement.ts';
import { besideReference } from './reference-networks/beside.ts';
import type { ProducedModel } from './report/write-outputs.ts';
import type { Measurer } from './sides/measurer.ts';
import { unreadableReason } from './sides/model-files.ts';
import type { SideRequest } from './sides/side-jobs.ts';
import { artifactPath, type CommandSubject, proposalOf, savingOf } from './suggestions.ts';
import type { Target } from './targets/target.ts';

/** A model that changed, a target it ships to, and all that is needed to judge it there. */
export interface ChangeOnTarget {
  readonly repository: Repository;
  readonly measurer: Measurer;
  /** What is recorded of models. */
  readonly history: SeriesIndex;
  readonly range: Range;
  readonly configs: Configs;
  readonly change: Change;
  readonly target: Target;
  /** Takes the optimised model that comes out of it. */
  readonly keep: ((model: ProducedModel) => Promise<void>) | undefined;
}

/** Measures both sides of a change on a target and judges the difference. What goes wrong is a problem of the comparison and never thrown. */
export async function compareChange(input: ChangeOnTarget): Promise<Comparison> {
  const { repository, measurer, range, change, target, configs, history } = input;
  const settings = effectiveSettings(configs.base, configs.head, change.path);
  const requestOf = (commit: string | undefined, blob: string | undefined, path: string): SideRequest | undefined =>
    commit === undefined || blob === undefined ? undefined : { commit, blob, path, target, settings };
  const headRequest = requestOf(range.head.sha, headBlob(change), change.path);
  const baseRequest =
    change.state === 'unchanged'
      ? undefined
      : requestOf(range.base?.sha, change.baseBlob, change.previousPath ?? change.path);
  const [headSide, baseSide] = await Promise.all(
    [headRequest, baseRequest].map((request) => attempt(async () => request && (await sideOf(measurer, request)))),
  );
  const unreadable =
    baseRequest === undefined || baseSide?.problem === undefined || headSide?.value === undefined
      ? undefined
      : await unreadableReason(repository, baseRequest);
  const head = unreadable === undefined ? headSide?.value : withFinding(headSide?.value, unreadable);
  const base = change.state === 'unchanged' ? head : baseSide?.value;

  const budgets = effectiveBudgets(configs.base, configs.head, change.path, target);
  const series = history(change.path, target.name, change.previousPath);
  const earlier =
    head === undefined ? {} : await earlierSides({ repository, measurer, change, target, settings, budgets, series });
  const { calibration, dimensions } = settings;
  const commandFor = { path: change.path, target, calibration, dimensions };
  const judged: ComparisonInput = {
    change: unreadable === undefined ? change : { ...change, state: 'base-unreadable' },
    target,
    base: base ?? null,
    head: head ?? null,
    budgets,
    earlier,
    past: pastOf(series),
    saving: head?.saving === undefined ? null : savingOf(head.saving, commandFor),
    // What can't be measured may go.
    problems: problemsOf(
      change.problem,
      headSide?.problem,
      change.state === 'removed' || unreadable !== undefined ? undefined : baseSide?.problem,
    ),
  };
  const comparison = buildComparison(judged);
  const search =
    comparison.verdict !== 'fail' || head === undefined || headRequest === undefined
      ? undefined
      : await attempt(() => measurer.propose(headRequest, judged));
  if (head?.made !== undefined && input.keep !== undefined) {
    const file = { target: target.name, path: artifactPath(change.path, head.made.measurement) };
    await input.keep({ ...file, bytes: await head.made.bytes() });
  }
  const name = settings.reference;
  const beside =
    head === undefined || name === undefined
      ? undefined
      : await attempt(() => besideReference(head.measurement, name, target));
  return { ...withSearch(comparison, search?.value, commandFor), beside: beside?.value ?? null };
}

/** A measured side with its graphs, which are let go when it has been compared. */
async function sideOf(measurer: Measurer, request: SideRequest) {
  const { readGraphs, ...side } = await measurer.side(request);
  return { ...side, graphs: await readGraphs() };
}

/** The head, with the reason why it is compared with nothing. */
function withFinding<T extends { readonly measurement: Measurement }>(
  head: T | undefined,
  reason: string,
): T | undefined {
  if (head === undefined) return undefined;
  const message = `The base's model can't be read, so that nothing is compared with it: ${reason}`.slice(0, 2000);
  const finding: Finding = { code: 'base-unreadable', severity: 'warning', message };
  return {
    ...head,
    measurement: { ...head.measurement, findings: [finding, ...head.measurement.findings.slice(0, 999)] },
  };
}

function withSearch(comparison: Comparison, search: FoundRecipes | undefined, commandFor: CommandSubject): Comparison {
  if (search === undefined) return comparison;
  const { chosen, attempts } = search;
  return {
    ...comparison,
    proposal: chosen === null ? null : proposalOf(chosen, commandFor),
    attempts: [...attempts],
  };
}

function headBlob({ state, headBlob: blob }: Change): string | undefined {
  return state === 'lfs-pointer' || state === 'unsupported' || state === 'removed' ? undefined : blob;
}

/** What came of trying something: a value, or in a sentence why there is none. */
interface Attempt<T> {
  readonly value?: T;
  readonly problem?: string;
}

async function attempt<T>(what: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await what() };
  } catch (error) {
    return { problem: problemWords(error) };
  }
}

function problemsOf(...sentences: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(sentences.filter((sentence) => sentence !== undefined))];
}
