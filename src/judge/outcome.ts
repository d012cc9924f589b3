import type { ChangeState } from '../changes/change-state.ts';
import type { BudgetMetric, Limit } from './budget.ts';
import type { AccuracyTest } from './comparison.ts';
import { metricWords } from './metric-words.ts';
import type { Reading } from './reading.ts';

/** What a limit needs to know. A reading is `null` with the reason where the value can't be had. */
export interface LimitContext {
  readonly metric: BudgetMetric;
  readonly state: ChangeState;
  readonly head: Reading;
  /** Of the base, or of what the limit compares with instead. */
  readonly base: Reading | { readonly missing: string };
  readonly accuracyTest: AccuracyTest | null;
}

/** What holding a limit against a value gives. `undecided`: the limit needs a base and there is none, as for a new model; `missing`: there should be one. */
export type Outcome =
  | { readonly kind: 'kept' | 'exceeded'; readonly message: string; readonly caution?: string }
  | { readonly kind: 'undecided' | 'missing'; readonly message: string };

/** The limits of one kind. */
export type LimitOf<Kind extends Limit['kind']> = Extract<Limit, { kind: Kind }>;

/** Over the limit by more than the last bit of a floating-point number. */
export function exceeds(value: number, limit: number): boolean {
  return value > limit + Math.abs(limit) * 1e-12;
}

/** What is said before a number that is an estimate, or only a bound. */
export function aboutWords({ bound, isEstimate }: Reading): string {
  if (bound !== undefined) return bound === 'at-least' ? 'at least ' : 'at most ';
  return isEstimate ? '≈ ' : '';
}

/** A new model has no base to compare with; any other should have one. */
export function withoutBase(
  { since }: { readonly since?: string | undefined },
  context: LimitContext,
  reason: string,
): Outcome {
  const { title } = metricWords[context.metric];
  if (context.state === 'new') {
    const why = since === undefined ? 'the model is new' : `${since} does not have the model`;
    return { kind: 'undecided', message: `${title}: no increase to judge, ${why}` };
  }
  return {
    kind: 'missing',
    message: `${title} can't be compared with ${since ?? 'the base'}: ${reason}`.slice(0, 2000),
  };
}

/** What a change is told against, where that is not the base: ` since v1.2.0`. */
export function sinceWords({ since }: { readonly since?: string | undefined }): string {
  return since === undefined ? '' : ` since ${since}`;
}
