import { layerLabel } from '../graph/layer-label.ts';
import type { BudgetMetric } from '../judge/budget.ts';
import type { Comparison, Judgement } from '../judge/comparison.ts';
import { isDeployable } from '../judge/judge.ts';
import { badness } from '../judge/worst-verdict.ts';
import { metricNames } from '../measurement/metric-names.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
import { causesOf, deltaWords, explaining } from './change-words.ts';
import { fallbackPhrases } from './fallback-words.ts';
import { worstFirst, worstJudgementsFirst } from './order.ts';
import { passHeadline } from './pass-headline.ts';
import { type Phrase, phrasesToMarkdown, phrasesToText } from './phrase.ts';
import type { GateReport } from './report-schema.ts';
import { schedulePhrases, worstSchedulesFirst } from './schedule-words.ts';

/** One sentence, plain text: what happened to whom and by how much, worst first. */
export function headline(report: GateReport): string {
  return phrasesToText(headlinePhrases(report));
}

/** The same sentence as Markdown, names in bold. */
export function headlineMarkdown(report: GateReport): string {
  return phrasesToMarkdown(headlinePhrases(report));
}

/** The same for a single comparison that no run made. */
export function comparisonHeadline(comparison: Comparison): string {
  return phrasesToText(verdictPhrases([comparison]));
}

function headlinePhrases(report: GateReport): readonly Phrase[] {
  const [problem, ...furtherProblems] = report.problems;
  if (problem !== undefined) {
    const more = furtherProblems.length === 0 ? '' : ` (and ${furtherProblems.length} more)`;
    return ['The models could not be judged: ', sentence(problem), more];
  }
  const ordered = worstFirst(report.comparisons);
  const [late, ...moreLate] = worstSchedulesFirst(report.schedules);
  if (late !== undefined && badness(late.verdict) > badness(ordered[0]?.verdict ?? 'pass')) {
    return [...schedulePhrases(late), othersWords(ordered, moreLate)];
  }
  if (ordered.length > 0) return verdictPhrases(ordered, report.schedules);
  if (late !== undefined) return ['All deadlines of the schedule are met'];
  return [report.verdict === 'pass' ? 'No model changed' : 'No model was judged'];
}

function verdictPhrases(ordered: readonly Comparison[], schedules: readonly ScheduleResult[] = []): readonly Phrase[] {
  const [worst, ...others] = ordered;
  if (worst === undefined) return [];
  if (worst.verdict === 'pass') return passHeadline(ordered);
  return [...comparisonPhrases(worst), othersWords(others, schedules)];
}

/** What happened to one model on one target, for a comparison that does not pass. */
function comparisonPhrases(comparison: Comparison): readonly Phrase[] {
  const model = { name: comparison.model };
  const target = { name: comparison.target };
  const [worst] = worstJudgementsFirst(comparison);
  if (comparison.problems[0] !== undefined) {
    return [model, ' could not be judged on ', target, ': ', sentence(comparison.problems[0])];
  }
  if (comparison.head !== null && !isDeployable(comparison.head)) {
    const finding = comparison.head.findings.find(({ severity }) => severity === 'error');
    const ran = comparison.base !== null && isDeployable(comparison.base);
    const reason = finding?.message ?? 'its runtime would refuse it';
    return [model, ran ? ' no longer runs on ' : ' does not run on ', target, ': ', sentence(reason)];
  }
  if (worst === undefined) return [model, ' could not be judged on ', target];
  const message = { quote: worst.message };
  if (worst.verdict === 'error') return [model, ' could not be judged on ', target, ': ', message];
  const verb = worst.verdict === 'warn' ? 'passes with a warning on' : verbOf(comparison, worst);
  return [model, ` ${verb} `, target, ': ', message, ...causePhrases(comparison, worst)];
}

function withoutStop(phrase: Phrase): Phrase {
  return typeof phrase !== 'string' && 'quote' in phrase ? sentence(phrase.quote) : phrase;
}

/** A sentence within ours: without its full stop. */
function sentence(text: string): Phrase {
  return { quote: text.replace(/\.\s*$/, '') };
}

/** ` (+18.4 %, from conv_3: 64 → 96 channels)`: the change where the message doesn't tell it, and the layer that brought most of it. */
function causePhrases(comparison: Comparison, { budget }: Judgement): readonly Phrase[] {
  const name = metricNames.find((metric) => metric === budget.metric);
  const delta = name === undefined ? undefined : comparison.deltas[name];
  if (name === undefined || delta === undefined || delta.absolute === 0) return [];
  const isToldAlready = budget.limit.kind !== 'max' && budget.limit.kind !== 'min';
  const explained = explaining(name);
  const grew = (comparison.deltas[explained]?.absolute ?? 0) > 0;
  const cause =
    grew && name !== 'accelerated'
      ? causesOf(comparison, explained, 1).find(({ type }) => type !== 'other')
      : undefined;
  const [fallback] = name === 'accelerated' ? comparison.fallbacks : [];
  const parts: (readonly Phrase[])[] = [
    ...(isToldAlready ? [] : [[deltaWords(delta, name)]]),
    ...(fallback === undefined ? [] : [fallbackPhrases(fallback).map(withoutStop)]),
    ...(cause === undefined ? [] : [['from ', { code: layerLabel(cause.layer) }, ': ', { quote: cause.what }]]),
  ];
  return parts.length === 0
    ? []
    : [' (', ...parts.flatMap((part, index) => (index === 0 ? part : [', ', ...part])), ')'];
}

type Verbs = { readonly before: string; readonly still: string; readonly first: string };

/** What it means that a limit on a metric is exceeded: when the base kept it, when the base did not either, when there is no base. */
const absoluteVerbs: Readonly<Record<BudgetMetric, Verbs>> = {
  peakRam: { before: 'no longer fits', still: 'still does not fit', first: 'does not fit' },
  flash: { before: 'no longer fits', still: 'still does not fit', first: 'does not fit' },
  dataMemory: { before: 'no longer fits', still: 'still does not fit', first: 'does not fit' },
  weightMemory: { before: 'no longer fits', still: 'still does not fit', first: 'does not fit' },
  latency: { before: 'is now too slow on', still: 'is still too slow on', first: 'is too slow on' },
  energy: {
    before: 'now takes too much energy on',
    still: 'still takes too much energy on',
    first: 'takes too much energy on',
  },
  accuracy: {
    before: 'is no longer accurate enough on',
    still: 'is still not accurate enough on',
    first: 'is not accurate enough on',
  },
  accelerated: {
    before: 'now falls back to the CPU on',
    still: 'still falls back to the CPU on',
    first: 'falls back to the CPU on',
  },
  averagePower: {
    before: 'now takes too much power on',
    still: 'still takes too much power on',
    first: 'takes too much power on',
  },
  duty: { before: 'now runs for too long on', still: 'still runs for too long on', first: 'runs for too long on' },
  batteryLife: {
    before: 'now empties the battery too soon on',
    still: 'still empties the battery too soon on',
    first: 'empties the battery too soon on',
  },
  parameters: { before: 'is now too large for', still: 'is still too large for', first: 'is too large for' },
  modelBytes: { before: 'is now too large for', still: 'is still too large for', first: 'is too large for' },
};

const relativeVerbs: Readonly<Record<BudgetMetric, string>> = {
  peakRam: 'grew too much on',
  flash: 'grew too much on',
  dataMemory: 'grew too much on',
  weightMemory: 'grew too much on',
  latency: 'slowed down too much on',
  energy: 'takes too much more energy on',
  accuracy: 'lost too much accuracy on',
  accelerated: 'falls back to the CPU too much on',
  averagePower: 'takes too much more power on',
  duty: 'runs for too much longer on',
  batteryLife: 'shortens battery life too much on',
  parameters: 'grew too much on',
  modelBytes: 'grew too much on',
};

function verbOf(comparison: Comparison, { budget }: Judgement): string {
  if (budget.limit.kind !== 'max' && budget.limit.kind !== 'min') return relativeVerbs[budget.metric];
  const verbs = absoluteVerbs[budget.metric];
  const value = baseValue(comparison, budget.metric);
  if (value === undefined) return verbs.first;
  const kept = budget.limit.kind === 'max' ? value <= budget.limit.value : value >= budget.limit.value;
  return kept ? verbs.before : verbs.still;
}

function baseValue({ base }: Comparison, metric: BudgetMetric): number | undefined {
  if (base === null) return undefined;
  if (metric === 'parameters') return base.model.parameters;
  return metric === 'modelBytes' ? base.model.bytes : base[metric]?.value;
}

function othersWords(others: readonly Comparison[], schedules: readonly ScheduleResult[]): string {
  const count = (verdict: Comparison['verdict']) => others.filter((other) => other.verdict === verdict).length;
  const late = (verdict: Comparison['verdict']) => schedules.filter((other) => other.verdict === verdict).length;
  const parts = [
    [count('error'), 'more could not be judged', 'more could not be judged'],
    [count('fail'), 'more fails', 'more fail'],
    [count('warn'), 'more warns', 'more warn'],
    [late('error'), 'schedule could not be judged', 'schedules could not be judged'],
    [late('fail'), 'schedule fails', 'schedules fail'],
    [late('warn'), 'schedule warns', 'schedules warn'],
  ] as const;
  const words = parts.flatMap(([number, one, many]) =>
    number === 0 ? [] : [`${number} ${number === 1 ? one : many}`],
  );
  return words.length === 0 ? '' : `; ${words.join(', ')}`;
}
