import type { Measurement } from '../measurement/measurement.ts';
import { type Budget, sinceOf } from './budget.ts';
import type { Comparison, Judgement, Verdict } from './comparison.ts';
import type { Earlier, Earliers, EarlierTests } from './earlier.ts';
import { holdLimit } from './limits.ts';
import { metricWords } from './metric-words.ts';
import type { Outcome } from './outcome.ts';
import { readingOf } from './reading.ts';
import { worstVerdict } from './worst-verdict.ts';

/** A comparison before anybody judged it. */
export type Unjudged = Omit<Comparison, 'judgements' | 'verdict'>;

/**
 * Holds every budget against a comparison. The verdict is the worst of the judgements, `fail` when the head does not run on the target
 * (an error among its findings), and `error` when it could not be measured although it is there. A removed model passes. Where the base's model can't be read
 * what would be compared with it is a warning.
 */
export function judge(
  comparison: Unjudged,
  budgets: readonly Budget[],
  earlier: { readonly sides: Earliers; readonly tests: EarlierTests } = { sides: {}, tests: {} },
): { readonly judgements: readonly Judgement[]; readonly verdict: Verdict } {
  const { head } = comparison;
  const problem: Verdict = comparison.problems.length > 0 ? 'error' : 'pass';
  if (comparison.state === 'removed') return { judgements: [], verdict: problem };
  if (head === null) return { judgements: [], verdict: 'error' };
  const judgements = budgets.map((budget) => judgeBudget(comparison, head, budget, earlier));
  const runs: Verdict = isDeployable(head) ? 'pass' : 'fail';
  return { judgements, verdict: worstVerdict([problem, runs, ...judgements.map(({ verdict }) => verdict)]) };
}

/** False when the runtime would refuse the model or the board can't hold it. */
export function isDeployable(measurement: Measurement): boolean {
  return measurement.deployable && !measurement.findings.some(({ severity }) => severity === 'error');
}

type Known = NonNullable<Parameters<typeof judge>[2]>;

function judgeBudget(comparison: Unjudged, head: Measurement, budget: Budget, earlier: Known): Judgement {
  const since = sinceOf(budget.limit);
  const outcome =
    since === undefined
      ? holdBudget(comparison, head, budget)
      : holdSince({ comparison, head, budget, earlier, since });
  const caution = 'caution' in outcome && outcome.caution !== undefined ? { caution: outcome.caution } : {};
  return { budget, verdict: verdictOf(outcome, budget, head, comparison.base), message: outcome.message, ...caution };
}

/** What holding a budget gives. `uncompared`: the base's model can't be read; that the head was held against nothing is never silent. */
type Held = Outcome | { readonly kind: 'uncompared'; readonly message: string };

function holdBudget(comparison: Unjudged, head: Measurement, budget: Budget): Held {
  const { metric, limit } = budget;
  const reading = readingOf(head, metric);
  if ('missing' in reading) return headless(metric, reading.missing);
  const base = comparison.base === null ? { missing: baseless(comparison) } : readingOf(comparison.base, metric);
  const outcome = holdLimit(limit, {
    metric,
    state: comparison.state,
    head: reading,
    base,
    accuracyTest: comparison.accuracyTest,
  });
  if (outcome.kind !== 'missing' || limit.kind === 'max' || limit.kind === 'min') return outcome;
  // A base that was measured but lacks this one metric (it did not run, or had no data set) must not keep a better head out, nor one that nobody could read.
  if (comparison.base !== null) return { kind: 'undecided', message: outcome.message };
  return comparison.state === 'base-unreadable' ? { kind: 'uncompared', message: outcome.message } : outcome;
}

const baseless = ({ state }: Unjudged): string =>
  state === 'base-unreadable' ? "its model can't be read" : 'the base has no measurement';

/** As against the base, against what the model was at a tag or a commit: one that did not have it yet has nothing to hold the head against. */
function holdSince({
  comparison,
  head,
  budget: { metric, limit },
  earlier: { sides, tests },
  since,
}: {
  readonly comparison: Unjudged;
  readonly head: Measurement;
  readonly budget: Budget;
  readonly earlier: Known;
  readonly since: string;
}): Outcome {
  const reading = readingOf(head, metric);
  if ('missing' in reading) return headless(metric, reading.missing);
  const nobody: Earlier =
    comparison.state === 'new' ? { kind: 'absent' } : { kind: 'missing', reason: 'nothing is known of it here' };
  const side = Object.hasOwn(sides, since) ? (sides[since] ?? nobody) : nobody;
  const outcome = holdLimit(limit, {
    metric,
    state: side.kind === 'absent' ? 'new' : 'compared',
    head: reading,
    base:
      side.kind === 'known'
        ? readingOf(side.measurement, metric)
        : { missing: side.kind === 'absent' ? 'it does not have the model' : side.reason },
    accuracyTest: (Object.hasOwn(tests, since) ? tests[since] : null) ?? null,
  });
  if (side.kind !== 'known') return outcome;
  // As with a base that lacks this one metric.
  if (outcome.kind !== 'kept' && outcome.kind !== 'exceeded') return { kind: 'undecided', message: outcome.message };
  return side.caution === undefined ? outcome : { ...outcome, caution: side.caution };
}

function headless(metric: Budget['metric'], reason: string): Outcome {
  return { kind: 'missing', message: `${metricWords[metric].title} can't be judged: ${reason}`.slice(0, 2000) };
}

/**
 * A budget can warn or fail; what can't be judged is never green, unless nobody asked for it: a default that only warns, or the board's own limit
 * where the runtime never says what a model takes, as the base shows. Of a new model that is a warning.
 */
function verdictOf(outcome: Held, budget: Budget, head: Measurement, base: Measurement | null): Verdict {
  if (outcome.kind === 'kept' || outcome.kind === 'undecided') return 'pass';
  if (outcome.kind === 'uncompared') return 'warn';
  if (outcome.kind === 'exceeded') return budget.level === 'warn' ? 'warn' : 'fail';
  if (budget.level === 'warn') return budget.rule === 'default' ? 'pass' : 'warn';
  if (!isDeployable(head)) return 'fail';
  if (budget.rule !== 'default') return 'error';
  if (base === null) return 'warn';
  return 'missing' in readingOf(base, budget.metric) ? 'pass' : 'error';
}
