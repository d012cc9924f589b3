import { formatDifference } from '../basics/format.ts';
import { layerLabel } from '../graph/layer-label.ts';
import type { Attribution, Comparison, Judgement } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { Finding } from '../measurement/measurement.ts';
import { cell, code } from './escape.ts';
import { accelerationWords, fallbackMetric, fallbackPhrases } from './fallback-words.ts';
import { groupFindings } from './group-findings.ts';
import { judgementWords } from './judgement-words.ts';
import type { Links } from './links.ts';
import { marks } from './marks.ts';
import { objectionsOf } from './objections.ts';
import { phrasesToMarkdown, strong } from './phrase.ts';

const fallbacksPerModel = 3;
const findingsPerModel = 10;

/** What is wrong with one model on one target: each budget that is not kept and the layers that brought it there, what the runtime lacks, what went wrong. */
export function failureDetails(comparison: Comparison, links: Links): string {
  const { head } = comparison;
  const errors = groupFindings((head?.findings ?? []).filter(({ severity }) => severity === 'error'));
  return [
    `#### ${marks[comparison.verdict]} ${strong(comparison.model)} on ${strong(comparison.target)}`,
    '',
    ...comparison.problems.map((problem) => `- ${marks.error} ${cell(problem)}`),
    ...errors.slice(0, findingsPerModel).map(findingLine),
    ...more(errors.length - findingsPerModel, "more that it can't run"),
    ...objectionLines(comparison, links),
  ].join('\n');
}

/** A finding as a list item: what, where, and its code. */
export function findingLine(finding: Finding): string {
  const where = finding.where === undefined ? '' : `${cell(finding.where, 200)}: `;
  const mark = finding.severity === 'error' ? `${marks.fail} ` : finding.severity === 'warning' ? `${marks.warn} ` : '';
  return `- ${mark}${where}${cell(finding.message)} (${code(finding.code)})`;
}

/** Every budget that is not kept, those of one metric together, and below them once what brought that metric there. */
function objectionLines(comparison: Comparison, links: Links): readonly string[] {
  return objectionsOf(comparison).flatMap(({ metric, judgements, causes }) => [
    ...judgements.map((each) => objectionLine(each, links)),
    ...(metric === 'accelerated' ? [] : causes.map(causeLine)),
    ...(metric === fallbackMetric(comparison) ? fallbackLines(comparison) : []),
  ]);
}

function objectionLine(judgement: Judgement, links: Links): string {
  const { budget, verdict } = judgement;
  const isNew = budget.rule === 'new' ? ', new in this pull request' : '';
  return `- ${marks[verdict]} ${cell(judgementWords(judgement))} (${links.line(originWords(budget.origin), budget.origin, budget.rule === 'new' ? 'head' : 'base')}${isNew})`;
}

function causeLine({ metric, layer, type, delta, what }: Attribution): string {
  const where = type === 'other' ? cell(layer, 120) : `${code(layerLabel(layer))} ${cell(type, 60)}`;
  return `  - ${formatDifference(delta, metricWords[metric].quantity)} from ${where}: ${cell(what, 200)}`;
}

/** What fell back to the CPU, why and what to use instead, and what that made of the accelerator's share of the time. */
function fallbackLines(comparison: Comparison): readonly string[] {
  const words = accelerationWords(comparison);
  const { fallbacks } = comparison;
  return [
    ...(words === undefined ? [] : [`  - ${words}`]),
    ...fallbacks.slice(0, fallbacksPerModel).map((fallback) => `  - ${phrasesToMarkdown(fallbackPhrases(fallback))}`),
    ...more(fallbacks.length - fallbacksPerModel, 'more that fell back').map((line) => `  ${line}`),
  ];
}

/** A place in a file as code, anything else as words. */
function originWords(origin: string): string {
  return /^\S+:\d+$/.test(origin) ? code(origin) : cell(origin, 200);
}

function more(count: number, words: string): readonly string[] {
  return count > 0 ? [`- … ${count} ${words}`] : [];
}
