import {
  formatDifference,
  formatPair,
  formatPercent,
  formatPoints,
  formatRelative,
  formatValue,
} from '../basics/format.ts';
import type { Measurement, Metric } from '../runtimes/measurement.ts';
import type { MetricName } from '../runtimes/metric-names.ts';
import type { BudgetMetric, Limit } from './budget.ts';
import type { AccuracyTest, ChangeState } from './comparison.ts';
import { metricWords } from './metric-words.ts';

/** A number that a budget is held against. */
interface Reading {
  readonly value: number;
  /** The relative error of the estimator, when it is an estimate. */
  readonly error: number | undefined;
  readonly isEstimate: boolean;
  /** Where the true value may be more, or less. */
  readonly bound?: Metric['bound'];
  readonly source?: string | undefined;
}

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

type LimitOf<Kind extends Limit['kind']> = Extract<Limit, { kind: Kind }>;

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

/** What a reading is taken of: a Measurement, or as much of it as was recorded; `model` is `null` where nothing is known of the file. */
export type Readable = Pick<Measurement, MetricName | 'unavailable'> & {
  readonly model: Pick<Measurement['model'], 'parameters' | 'bytes'> | null;
};

/** The value of a metric in a measurement, or why there is none. */
export function readingOf(measurement: Readable, metric: BudgetMetric): Reading | { readonly missing: string } {
  if (metric === 'parameters' || metric === 'modelBytes') {
    const { model } = measurement;
    if (model === null) return { missing: 'it was not recorded' };
    return { value: metric === 'parameters' ? model.parameters : model.bytes, error: undefined, isEstimate: false };
  }
  return readingOfMetric(measurement[metric], measurement.unavailable[metric]);
}

/** The value of a metric, or why there is none. */
export function readingOfMetric(
  read: Metric | null,
  missing = 'no reason was given',
): Reading | { readonly missing: string } {
  if (read === null) return { missing };
  const { value, error, basis, bound, source } = read;
  return { value, error, isEstimate: basis === 'modelled', source, ...(bound === undefined ? {} : { bound }) };
}

/** Over the limit by more than the last bit of a floating-point number. */
function exceeds(value: number, limit: number): boolean {
  return value > limit + Math.abs(limit) * 1e-12;
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

function aboutWords({ bound, isEstimate }: Reading): string {
  if (bound !== undefined) return bound === 'at-least' ? 'at least ' : 'at most ';
  return isEstimate ? '≈ ' : '';
}

/** As `maxIncrease`, downwards. */
function maxDecrease(limit: LimitOf<'max-decrease'>, context: LimitContext): Outcome {
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

function maxIncrease(limit: LimitOf<'max-increase'>, context: LimitContext): Outcome {
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

/**
 * A drop in accuracy fails when the drop seen on the evaluation set exceeds the limit. The 95 % interval does not decide, it tells how sure that is:
 * the message says when the samples are too few to tell whether the true drop is on the same side of the limit.
 */
function maxDrop(limit: LimitOf<'max-drop'>, context: LimitContext): Outcome {
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

/** A new model has no base to compare with; any other should have one. */
function withoutBase(
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
function sinceWords({ since }: { readonly since?: string | undefined }): string {
  return since === undefined ? '' : ` since ${since}`;
}
