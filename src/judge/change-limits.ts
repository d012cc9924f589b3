import {
  formatDifference,
  formatPair,
  formatPercent,
  formatPoints,
  formatRelative,
  formatValue,
} from '../basics/format.ts';
import { metricWords } from './metric-words.ts';
import {
  aboutWords,
  exceeds,
  type LimitContext,
  type LimitOf,
  type Outcome,
  sinceWords,
  withoutBase,
} from './outcome.ts';

/** How much a number may rise: it is over the limit when it is over both the relative and the absolute part, where both are given. */
export function maxIncrease(limit: LimitOf<'max-increase'>, context: LimitContext): Outcome {
  const { title, quantity } = metricWords[context.metric];
  if ('missing' in context.base) return withoutBase(limit, context, context.base.missing);
  const [before, after] = [context.base.value, context.head.value];
  const increase = after - before;
  const relative = before === 0 ? (increase > 0 ? Number.POSITIVE_INFINITY : 0) : increase / before;
  if (increase === 0)
    return { kind: 'kept', message: `${title} unchanged at ${formatValue(after, quantity)}${sinceWords(limit)}` };
  const isOver =
    (limit.relative === undefined || exceeds(relative, limit.relative)) &&
    (limit.absolute === undefined || exceeds(increase, limit.absolute));
  const [from, to] = formatPair(before, after, quantity);
  const change = `${title} ${aboutWords(context.head)}${from} → ${to}${sinceWords(limit)}`;
  if (increase < 0) return { kind: 'kept', message: `${change}, ${grewBy(relative, increase, quantity, limit)}` };
  const sign = isOver ? '>' : '≤';
  const limits = [
    ...(limit.relative === undefined ? [] : [comparePercent(relative, limit.relative, isOver ? '>' : undefined)]),
    ...(limit.absolute === undefined
      ? []
      : [compareIncrease(increase, limit.absolute, quantity, isOver ? '>' : undefined)]),
  ];
  if (limits.length === 0) return { kind: isOver ? 'exceeded' : 'kept', message: `${change} ${sign} no increase` };
  return { kind: isOver ? 'exceeded' : 'kept', message: `${change}, ${limits.join(' and ')}` };
}

/** As `maxIncrease`, downwards. */
export function maxDecrease(limit: LimitOf<'max-decrease'>, context: LimitContext): Outcome {
  const { title, quantity } = metricWords[context.metric];
  if ('missing' in context.base) return withoutBase(limit, context, context.base.missing);
  const [before, after] = [context.base.value, context.head.value];
  if (before === after)
    return { kind: 'kept', message: `${title} unchanged at ${formatValue(after, quantity)}${sinceWords(limit)}` };
  const decrease = before - after;
  const relative = before === 0 ? 0 : decrease / before;
  const isOver =
    decrease > 0 &&
    (limit.relative === undefined || exceeds(relative, limit.relative)) &&
    (limit.absolute === undefined || exceeds(decrease, limit.absolute));
  const [from, to] = formatPair(before, after, quantity);
  const sign = isOver ? '>' : '≤';
  const limits = [
    ...(limit.relative === undefined ? [] : [formatPercent(limit.relative)]),
    ...(limit.absolute === undefined ? [] : [formatValue(limit.absolute, quantity)]),
  ].join(' and ');
  const change = `${title} ${aboutWords(context.head)}${from} → ${to}${sinceWords(limit)}, ${formatRelative(-relative)}`;
  return { kind: isOver ? 'exceeded' : 'kept', message: decrease < 0 ? change : `${change} ${sign} ${limits}` };
}

function grewBy(
  relative: number,
  increase: number,
  quantity: Parameters<typeof formatDifference>[1],
  limit: LimitOf<'max-increase'>,
): string {
  return limit.relative === undefined ? formatDifference(increase, quantity) : formatRelative(relative);
}

/** `+18.4 % > 2 %`; with a fixed sign where the whole limit is exceeded, else each part's own. */
function comparePercent(relative: number, limit: number, sign: string | undefined): string {
  const operator = sign ?? (exceeds(relative, limit) ? '>' : '≤');
  if (relative === Number.POSITIVE_INFINITY) return `from nothing ${operator} ${formatPercent(limit)}`;
  const [shown, shownLimit] = formatPair(relative, limit, 'ratio');
  return `+${shown} ${operator} ${shownLimit}`;
}

function compareIncrease(
  increase: number,
  limit: number,
  quantity: Parameters<typeof formatDifference>[1],
  sign: string | undefined,
): string {
  const operator = sign ?? (exceeds(increase, limit) ? '>' : '≤');
  if (quantity === 'ratio') return `${formatDifference(increase, quantity)} ${operator} ${formatPoints(limit)}`;
  const [shown, shownLimit] = formatPair(increase, limit, quantity);
  return `+${shown} ${operator} ${shownLimit}`;
}
