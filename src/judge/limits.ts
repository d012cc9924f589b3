import { formatPair, formatPercent } from '../basics/format.ts';
import type { Limit } from './budget.ts';
import { maxDecrease, maxIncrease } from './change-limits.ts';
import { maxDrop } from './max-drop.ts';
import { metricWords } from './metric-words.ts';
import { aboutWords, exceeds, type LimitContext, type LimitOf, type Outcome } from './outcome.ts';

/** The operator of every kind of limit. */
const operators: { readonly [Kind in Limit['kind']]: (limit: LimitOf<Kind>, context: LimitContext) => Outcome } = {
  max: (limit, context) => absolute(context, limit.value, '>', '≤', exceeds(context.head.value, limit.value)),
  min: (limit, context) => absolute(context, limit.value, '<', '≥', exceeds(limit.value, context.head.value)),
  'max-increase': maxIncrease,
  'max-drop': maxDrop,
  'max-decrease': maxDecrease,
};

/** Holds one limit against a comparison's values; the message is one sentence without a full stop: `peak RAM 71.2 KiB > 64 KiB`. */
export function holdLimit(limit: Limit, context: LimitContext): Outcome {
  const operator = operators[limit.kind] as (limit: Limit, context: LimitContext) => Outcome;
  return operator(limit, context);
}

function absolute(context: LimitContext, limit: number, over: string, within: string, isOver: boolean): Outcome {
  const { title, quantity } = metricWords[context.metric];
  const { value, error, isEstimate, bound, source } = context.head;
  const [shown, shownLimit] = formatPair(value, limit, quantity);
  // A bound that is beyond the limit says enough; one within it says nothing of the value itself.
  const isOpen = !isOver && bound === (over === '>' ? 'at-least' : 'at-most');
  if (isOpen) {
    return { kind: 'missing', message: `${title} can't be judged: ${aboutWords(context.head)}${shown}, ${source}` };
  }
  const isClose =
    isEstimate && error !== undefined && value !== 0 && Math.abs(value - limit) <= Math.abs(value) * error;
  return {
    kind: isOver ? 'exceeded' : 'kept',
    message: `${title} ${aboutWords(context.head)}${shown} ${isOver ? over : within} ${shownLimit}`,
    ...(isClose ? { caution: `within the estimate's error of ${formatPercent(error)}` } : {}),
  };
}
