import { formatDifference } from '../format.ts';
import type { Comparison } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { metricNames } from '../runtimes/metric-names.ts';
import { causesOf, deltaWords, valueWords } from './change-words.ts';
import { accuracyWords } from './comment-sections.ts';
import { titleOf } from './comment-table.ts';
import { diffTable, happenedText } from './diff-text.ts';
import { plain } from './escape.ts';
import { accelerationWords, fallbackPhrases } from './fallback-words.ts';
import { groupFindings } from './group-findings.ts';
import { judgementWords } from './judgement-words.ts';
import { layerLabel } from './layer-label.ts';
import { worstJudgementsFirst } from './order.ts';
import { phrasesToText } from './phrase.ts';
import { type TextOptions, textTable } from './text-table.ts';

const layersPerMetric = 5;

/** One comparison for a terminal: base beside head, what happened to the model and which operators brought each difference, the accuracy test, what is wrong. Ends with a new line. */
export function renderComparisonText(comparison: Comparison, options: TextOptions = {}): string {
  const width = options.width ?? 100;
  const rows = metricNames.flatMap((name) => {
    const [before, after, delta] = [
      comparison.base?.[name] ?? null,
      comparison.head?.[name] ?? null,
      comparison.deltas[name],
    ];
    if (before === null && after === null) return [];
    return [
      [
        titleOf(name),
        before === null ? '–' : valueWords(before, name),
        after === null ? '–' : valueWords(after, name),
        delta === undefined ? '' : formatDifference(delta.absolute, metricWords[name].quantity),
        delta === undefined || metricWords[name].quantity === 'ratio' ? '' : deltaWords(delta, name),
      ],
    ];
  });
  const right = { align: 'right' } as const;
  const parts = [
    `${plain(comparison.model, 80)} on ${plain(comparison.target, 40)} (${plain(comparison.targetId, 60)}): ${comparison.verdict}`,
    comparison.diff === null ? '' : happenedText(comparison.diff),
    rows.length === 0
      ? ''
      : textTable(
          [
            { title: '' },
            { title: 'Base', ...right },
            { title: 'Head', ...right },
            { title: 'Change', ...right },
            { title: '', ...right },
          ],
          rows,
          width,
        ),
    comparison.diff === null ? '' : diffTable(comparison.diff, width),
    comparison.accuracyTest === null ? '' : `Accuracy: ${accuracyWords(comparison.accuracyTest)}`,
    comparison.verdict === 'pass' ? '' : comparisonLines(comparison, false),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** What is wrong with a comparison, a line each, causes below; with or without a line that names it. */
export function comparisonLines(comparison: Comparison, named = true): string {
  const errors = groupFindings((comparison.head?.findings ?? []).filter(({ severity }) => severity === 'error'));
  const lines = [
    ...comparison.problems.map((problem) => `error: ${problem}`),
    ...errors.slice(0, 10).map(({ where, message }) => `fail: ${where === undefined ? '' : `${where}: `}${message}`),
    ...(errors.length > 10 ? [`… ${errors.length - 10} more`] : []),
    ...worstJudgementsFirst(comparison.judgements)
      .filter(({ verdict }) => verdict !== 'pass')
      .flatMap((judgement) => [
        `${judgement.verdict}: ${judgementWords(judgement)} (${judgement.budget.origin})`,
        ...((comparison.deltas[judgement.budget.metric as 'flash']?.absolute ?? 0) > 0
          ? causesOf(comparison, judgement.budget.metric, 3).map(
              ({ layer, delta, what }) =>
                `  ${formatDifference(delta, metricWords[judgement.budget.metric].quantity)} from ${plain(layerLabel(layer), 60)}: ${what}`,
            )
          : []),
        ...(judgement.budget.metric === 'accelerated' ? fallbackLines(comparison) : []),
      ]),
  ];
  const indented = lines.map((line) => `  ${line.startsWith('  ') ? '  ' : ''}${plain(line, 600)}`);
  return [...(named ? [`${plain(comparison.model, 80)} on ${plain(comparison.target, 40)}`] : []), ...indented].join(
    '\n',
  );
}

function fallbackLines(comparison: Comparison): readonly string[] {
  const words = accelerationWords(comparison);
  return [
    ...(words === undefined ? [] : [`  ${words}`]),
    ...comparison.fallbacks
      .slice(0, layersPerMetric)
      .map((fallback) => `  ${phrasesToText(fallbackPhrases(fallback))}`),
  ];
}
