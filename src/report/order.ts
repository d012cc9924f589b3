import type { Comparison, Judgement } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { timesAllowed } from '../judge/times-allowed.ts';
import { badness } from '../judge/worst-verdict.ts';
import type { MetricName } from '../measurement/metric-names.ts';

/** Comparisons worst first: by verdict, then by the largest increase among the metrics, then by name so that the order is always the same. */
export function worstFirst(comparisons: readonly Comparison[]): readonly Comparison[] {
  return [...comparisons].sort(
    (left, right) =>
      badness(right.verdict) - badness(left.verdict) ||
      largestIncrease(right) - largestIncrease(left) ||
      compareText(left.model, right.model) ||
      compareText(left.target, right.target),
  );
}

/**
 * The judgements of a comparison, worst first; absolute limits before increases, because not fitting is worse than growing; of equals what is the furthest over, in proportion to what is allowed.
 */
export function worstJudgementsFirst(
  comparison: Pick<Comparison, 'base' | 'head' | 'judgements'>,
): readonly Judgement[] {
  const rank = ({ budget }: Judgement) => (budget.limit.kind === 'max' || budget.limit.kind === 'min' ? 0 : 1);
  const over = new Map(comparison.judgements.map((each) => [each, timesAllowed(comparison, each.budget)]));
  return [...comparison.judgements].sort(
    (left, right) =>
      badness(right.verdict) - badness(left.verdict) ||
      rank(left) - rank(right) ||
      largerFirst(over.get(left) ?? 1, over.get(right) ?? 1),
  );
}

/** As `right - left`, also of numbers without end. */
const largerFirst = (left: number, right: number): number => Number(right > left) - Number(left > right);

/** True when nothing about the model on this target moved and nobody objects. */
export function isUnchanged(comparison: Comparison): boolean {
  const deltas = Object.values(comparison.deltas);
  return (
    comparison.verdict === 'pass' &&
    (comparison.state === 'unchanged' || (deltas.length > 0 && deltas.every(({ absolute }) => absolute === 0)))
  );
}

/** Code unit order: the same on every machine, whatever its locale. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function largestIncrease(comparison: Comparison): number {
  const increases = (Object.entries(comparison.deltas) as [MetricName, { relative: number | null }][]).map(
    ([metric, { relative }]) => (metricWords[metric].moreIsBetter ? -(relative ?? 0) : (relative ?? 0)),
  );
  return Math.max(0, ...increases);
}
