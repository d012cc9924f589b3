import { plain } from '../basics/plain.ts';
import { sparkline } from '../history/sparkline.ts';
import type { Comparison } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { PastMetric } from '../judge/past.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';
import { changedMetrics } from './change-words.ts';
import { cell, code } from './escape.ts';
import { dayOf, moveValues, shortId } from './history-words.ts';

const mostModels = 10;
const mostMetrics = 3;

/** A metric that a change moves, with where it has been; the last bar is the head. */
interface Told {
  readonly name: MetricName;
  readonly bars: string;
  readonly past: PastMetric;
}

/** A line for every model whose recorded numbers a change moves: where they have been, and the commit that moved the first of them last. */
export function pastList(comparisons: readonly Comparison[]): string {
  const lines = comparisons.flatMap((comparison) => {
    const told = toldOf(comparison);
    const [first] = told;
    if (first === undefined) return [];
    const bars = told.map(({ name, bars: shown }) => `${metricWords[name].title} \`${shown}\``).join(', ');
    return [`- ${code(comparison.model)} on ${code(comparison.target)}: ${bars}; ${movedMarkdown(first)}`];
  });
  const rest = lines.length - mostModels;
  return [...lines.slice(0, mostModels), ...(rest > 0 ? [`- … ${rest} more`] : [])].join('\n');
}

/** The same for a terminal. */
export function pastLines(comparisons: readonly Comparison[]): readonly string[] {
  return comparisons.flatMap((comparison) => {
    const told = toldOf(comparison);
    const [first] = told;
    if (first === undefined) return [];
    const bars = told.map(({ name, bars: shown }) => `${metricWords[name].title} ${shown}`).join(', ');
    return [
      `${plain(comparison.model, 60)} on ${plain(comparison.target, 30)} has been, up to this change: ${bars}; ${movedText(first)}`,
    ];
  });
}

function toldOf(comparison: Comparison): readonly Told[] {
  const { past, head } = comparison;
  if (past === null || head === null) return [];
  const changed = new Set(changedMetrics(comparison).map(({ name }) => name));
  return metricNames
    .flatMap((name) => {
      const [known, now] = [past[name], head[name]];
      if (!changed.has(name) || known === undefined || now === null) return [];
      return [{ name, past: known, bars: sparkline([...known.values, now.value]) }];
    })
    .slice(0, mostMetrics);
}

/** GitHub makes a link of the commit's id where it is one. */
function movedMarkdown(told: Told): string {
  const { moved } = told.past;
  if (moved === null) return unmoved(told);
  return `moved last by ${shortId(moved.commit)} “${cell(moved.subject, 100)}” (${cell(movedDetails(told), 200)})`;
}

function movedText(told: Told): string {
  const { moved } = told.past;
  if (moved === null) return unmoved(told);
  return `moved last by ${shortId(moved.commit)} “${plain(moved.subject, 100)}” (${plain(movedDetails(told), 200)})`;
}

function unmoved({ past: { commits } }: Told): string {
  return commits === 1 ? 'recorded once before' : `the same in ${commits} commits before`;
}

/** `peak RAM 64 KiB → 60.1 KiB, 2026-11-03`. */
function movedDetails({ name, past: { moved } }: Told): string {
  if (moved === null) return '';
  const gate = moved.gate === undefined ? '' : `, gate ${moved.gate[0]} → ${moved.gate[1]}`;
  return `${metricWords[name].title} ${moveValues(moved, name)}, ${dayOf(moved.time)}${gate}`;
}
