import { formatDifference } from '../basics/format.ts';
import { layerLabel } from '../graph/layer-label.ts';
import type { BudgetMetric } from '../judge/budget.ts';
import type { Comparison, Judgement } from '../judge/comparison.ts';
import { isDeployable } from '../judge/judge.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { Finding } from '../runtimes/measurement.ts';
import { metricNames } from '../runtimes/metric-names.ts';
import { causesOf, explaining } from './change-words.ts';
import { cell, code } from './escape.ts';
import { accelerationWords, fallbackPhrases } from './fallback-words.ts';
import { groupFindings } from './group-findings.ts';
import { judgementWords } from './judgement-words.ts';
import type { Links } from './links.ts';
import { marks } from './marks.ts';
import { worstJudgementsFirst } from './order.ts';
import { phrasesToMarkdown, strong } from './phrase.ts';

const layersPerMetric = 3;
const findingsPerModel = 10;

/** What is wrong with one model on one target: each budget that is not kept and the layers that brought it there, what the runtime lacks, what went wrong. */
export function failureDetails(comparison: Comparison, links: Links): string {
  const { head } = comparison;
  const runs = head === null || isDeployable(head);
  const objections = worstJudgementsFirst(comparison.judgements).filter(
    // A model that does not run has no numbers; the finding says it once.
    (judgement) => judgement.verdict !== 'pass' && (runs || !isUnmeasured(comparison, judgement)),
  );
  const errors = groupFindings((head?.findings ?? []).filter(({ severity }) => severity === 'error'));
  return [
    `#### ${marks[comparison.verdict]} ${strong(comparison.model)} on ${strong(comparison.target)}`,
    '',
    ...comparison.problems.map((problem) => `- ${marks.error} ${cell(problem)}`),
    ...errors.slice(0, findingsPerModel).map(findingLine),
    ...more(errors.length - findingsPerModel, "more that it can't run"),
    ...objectionLines(comparison, objections, links),
  ].join('\n');
}

/** A finding as a list item: what, where, and its code. */
export function findingLine(finding: Finding): string {
  const where = finding.where === undefined ? '' : `${cell(finding.where, 200)}: `;
  const mark = finding.severity === 'error' ? `${marks.fail} ` : finding.severity === 'warning' ? `${marks.warn} ` : '';
  return `- ${mark}${where}${cell(finding.message)} (${code(finding.code)})`;
}

function isUnmeasured({ head }: Comparison, { budget }: Judgement): boolean {
  const name = metricNames.find((metric) => metric === budget.metric);
  return name !== undefined && head?.[name] === null;
}

/** Every budget that is not kept, those of one metric together, and below them once what brought that metric there. */
function objectionLines(comparison: Comparison, objections: readonly Judgement[], links: Links): readonly string[] {
  const metrics = [...new Set(objections.map(({ budget }) => budget.metric))];
  // Energy is power times latency, and average power and battery life follow: saying the same layers twice hides what differs.
  const told = (metric: BudgetMetric) => {
    const first = chain.find((each) => metrics.includes(each));
    return chain.includes(metric) && metric !== first;
  };
  return metrics.flatMap((metric) => [
    ...objections.filter(({ budget }) => budget.metric === metric).map((each) => objectionLine(each, links)),
    ...(told(metric) ? [] : causeLines(comparison, metric)),
  ]);
}

/** Metrics that change for the same reasons, the one that tells them best first. */
const chain: readonly BudgetMetric[] = ['latency', 'duty', 'energy', 'averagePower', 'batteryLife'];

function objectionLine(judgement: Judgement, links: Links): string {
  const { budget, verdict } = judgement;
  const isNew = budget.rule === 'new' ? ', new in this pull request' : '';
  return `- ${marks[verdict]} ${cell(judgementWords(judgement))} (${links.line(originWords(budget.origin), budget.origin, budget.rule === 'new' ? 'head' : 'base')}${isNew})`;
}

function causeLines(comparison: Comparison, metric: BudgetMetric): readonly string[] {
  if (metric === 'accelerated') return fallbackLines(comparison);
  const name = metricNames.find((each) => each === metric);
  if (name === undefined) return [];
  const explained = explaining(name);
  const { quantity, moreIsBetter } = metricWords[explained];
  if ((comparison.deltas[explained]?.absolute ?? 0) <= 0 || moreIsBetter) return [];
  return causesOf(comparison, explained, layersPerMetric).map(({ layer, type, delta: share, what }) => {
    const where = type === 'other' ? cell(layer, 120) : `${code(layerLabel(layer))} ${cell(type, 60)}`;
    return `  - ${formatDifference(share, quantity)} from ${where}: ${cell(what, 200)}`;
  });
}

/** What fell back to the CPU, why and what to use instead, and what that made of the accelerator's share of the time. */
function fallbackLines(comparison: Comparison): readonly string[] {
  const words = accelerationWords(comparison);
  const { fallbacks } = comparison;
  return [
    ...(words === undefined ? [] : [`  - ${words}`]),
    ...fallbacks.slice(0, layersPerMetric).map((fallback) => `  - ${phrasesToMarkdown(fallbackPhrases(fallback))}`),
    ...more(fallbacks.length - layersPerMetric, 'more that fell back').map((line) => `  ${line}`),
  ];
}

/** A place in a file as code, anything else as words. */
function originWords(origin: string): string {
  return /^\S+:\d+$/.test(origin) ? code(origin) : cell(origin, 200);
}

function more(count: number, words: string): readonly string[] {
  return count > 0 ? [`- … ${count} ${words}`] : [];
}
