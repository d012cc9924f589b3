import { formatDifference, formatPair, formatPoints } from '../basics/format.ts';
import type { AccuracyTest } from './comparison.ts';
import { metricWords } from './metric-words.ts';
import { exceeds, type LimitContext, type LimitOf, type Outcome, sinceWords, withoutBase } from './outcome.ts';

/**
 * A drop in accuracy fails when the drop seen on the evaluation set exceeds the limit. The 95 % interval does not decide, it tells how sure that is:
 * the message says when the samples are too few to tell whether the true drop is on the same side of the limit.
 */
export function maxDrop(limit: LimitOf<'max-drop'>, context: LimitContext): Outcome {
  const { title, quantity } = metricWords[context.metric];
  if ('missing' in context.base) return withoutBase(limit, context, context.base.missing);
  const test = context.metric === 'accuracy' ? context.accuracyTest : null;
  const drop = test === null ? context.base.value - context.head.value : -test.difference;
  const isOver = exceeds(drop, limit.points);
  const kind = isOver ? 'exceeded' : 'kept';
  const [from, to] = formatPair(context.base.value, context.head.value, quantity);
  if (test !== null && test.lost === 0 && test.gained === 0) {
    return {
      kind,
      message: `${title} unchanged at ${to}${sinceWords(limit)}, right on the same of ${test.samples} samples`,
    };
  }
  const [shown, shownLimit] =
    quantity === 'ratio' ? pointsPair(drop, limit.points) : formatPair(drop, limit.points, quantity);
  const change =
    drop > 0
      ? `${title} fell ${shown} ${isOver ? '>' : '≤'} ${shownLimit}`
      : `${title} ${drop === 0 ? 'unchanged' : `rose ${formatPoints(drop)}`}`;
  return {
    kind,
    message: `${change} (${from} → ${to}${sinceWords(limit)}${context.metric !== 'accuracy' ? '' : test === null ? ', not tested by sample' : intervalWords(test, limit.points, isOver)})`,
  };
}

function intervalWords(test: AccuracyTest, points: number, isOver: boolean): string {
  const interval = `; 95 % interval ${formatDifference(test.low, 'ratio')} to ${formatDifference(test.high, 'ratio')}`;
  const isOpen = isOver ? -test.high <= points : -test.low > points;
  if (!isOpen) return `${interval} on ${test.samples} samples`;
  return `${interval}: ${test.samples} samples are too few to ${isOver ? 'be sure' : `rule out a drop over ${formatPoints(points)}`}`;
}

/** Percentage points with as many decimals as it takes to tell two drops apart. */
function pointsPair(left: number, right: number): readonly [string, string] {
  const [first, second] = [formatPoints(left), formatPoints(right)];
  if (first !== second || left === right) return [first, second];
  return [`${Number((left * 100).toPrecision(6))} pp`, `${Number((right * 100).toPrecision(6))} pp`];
}
