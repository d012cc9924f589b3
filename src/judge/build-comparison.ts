import type { Answers } from '../accuracy/accuracy.ts';
import type { ChangeState } from '../changes/change-state.ts';
import { type DetailedDiff, diffModels } from '../diff/diff-models.ts';
import type { ModelGraphs } from '../diff/side.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { accuracyTest } from './accuracy-test.ts';
import { attribute } from './attribute.ts';
import type { Budget } from './budget.ts';
import { compareAnswers } from './compare-answers.ts';
import { compareMeasurements } from './compare-measurements.ts';
import type { AccuracyTest, Comparison, Saving } from './comparison.ts';
import type { Earliers, EarlierTests } from './earlier.ts';
import { judge } from './judge.ts';
import { newFallbacks } from './new-fallbacks.ts';
import type { Past } from './past.ts';

/** A side of a comparison: its Measurement, and by sample of the evaluation set 1 where the answer was right. Without its graphs nothing is told of operators. */
export interface Side {
  readonly measurement: Measurement;
  readonly correct?: Uint8Array;
  readonly answers?: Answers;
  readonly graphs?: ModelGraphs;
  /** True where the model's weights stand for none, so that only its structure is compared. */
  readonly structureOnly?: boolean;
}

/** All that a comparison is made of. `base` and `head` are `null` where there is no such model or it could not be measured; `problems` say why. */
export interface ComparisonInput {
  readonly change: { readonly path: string; readonly previousPath?: string; readonly state: ChangeState };
  readonly target: { readonly name: string; readonly id: string };
  readonly base: Side | null;
  readonly head: Side | null;
  readonly budgets: readonly Budget[];
  /** What budgets `since` a tag or a commit are held against. */
  readonly earlier?: Earliers;
  /** Where its metrics have been. */
  readonly past?: Past | null;
  readonly saving: Saving | null;
  readonly problems: readonly string[];
}

/** Joins measurements, budgets and what happened to the file into a judged Comparison. */
export function buildComparison(input: ComparisonInput): Comparison {
  return judged(input, input.base === null || input.head === null ? null : diffSides(input.base, input.head));
}

/** The verdict alone, for those who look for a model that passes: what brought a number where it is stays untold. */
export function verdictOf(input: ComparisonInput): Comparison['verdict'] {
  return judged(input, null).verdict;
}

function diffSides(base: Side, head: Side): DetailedDiff | null {
  if (base.graphs === undefined || head.graphs === undefined) return null;
  return diffModels(
    {
      measurement: base.measurement,
      ...base.graphs,
      ...(base.structureOnly === true ? { structureOnly: true } : {}),
    },
    { measurement: head.measurement, ...head.graphs },
  );
}

function judged(input: ComparisonInput, detailed: DetailedDiff | null): Comparison {
  const base = input.base?.measurement ?? null;
  const head = input.head?.measurement ?? null;
  const unjudged = {
    model: input.change.path,
    ...(input.change.previousPath === undefined ? {} : { previousPath: input.change.previousPath }),
    target: input.target.name,
    targetId: input.target.id,
    state: input.change.state,
    base,
    head,
    deltas: compareMeasurements(base, head),
    answers: compareAnswers(input.base?.answers, input.head?.answers),
    attributions: [...attribute(detailed)],
    diff: detailed?.diff ?? null,
    accuracyTest: testAccuracy(input.base?.correct, input.head?.correct),
    fallbacks: [...newFallbacks(base, head, detailed?.placed ?? null)],
    saving: input.saving,
    proposal: null,
    attempts: [],
    beside: null,
    past: input.past ?? null,
    problems: problemsOf(input),
  };
  const { judgements, verdict } = judge(unjudged, input.budgets, earlierOf(input));
  return { ...unjudged, judgements: [...judgements], verdict };
}

function earlierOf({ earlier = {}, head }: ComparisonInput) {
  const tests: EarlierTests = Object.fromEntries(
    Object.entries(earlier).map(([since, side]) => [
      since,
      side.kind === 'known' ? testAccuracy(side.correct, head?.correct) : null,
    ]),
  );
  return { sides: earlier, tests };
}

/** `null` where one side has no answers by sample, or the evaluation set itself changed in size. */
function testAccuracy(base: Uint8Array | undefined, head: Uint8Array | undefined): AccuracyTest | null {
  if (base === undefined || head === undefined || base.length === 0 || base.length !== head.length) return null;
  return accuracyTest(base, head);
}

function problemsOf({ change, head, problems, target }: ComparisonInput): string[] {
  if (head !== null || change.state === 'removed' || problems.length > 0) return problems.slice(0, 50);
  return [`${change.path} could not be measured on ${target.name}, and no reason was given`];
}
