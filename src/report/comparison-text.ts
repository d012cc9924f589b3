import { formatDifference } from '../basics/format.ts';
import { plain } from '../basics/plain.ts';
import { layerLabel } from '../graph/layer-label.ts';
import type { Attribution, Comparison, Delta } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';
import { besideWords } from './beside-list.ts';
import { deltaWords, isImprovement, valueWords } from './change-words.ts';
import { accuracyWords } from './comment-sections.ts';
import { titleOf } from './comment-table.ts';
import { diffTable, happenedText } from './diff-text.ts';
import { accelerationWords, fallbackMetric, fallbackPhrases } from './fallback-words.ts';
import { groupFindings } from './group-findings.ts';
import { judgementWords } from './judgement-words.ts';
import { type Look, lookOf, paintFirstWord, paintWith, type TextOptions } from './look.ts';
import { objectionsOf } from './objections.ts';
import { phrasesToText } from './phrase.ts';
import { textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

const fallbacksPerModel = 5;

/** One comparison for a terminal: base beside head, what happened to the model and which operators brought each difference, the accuracy test, what is wrong. Ends with a new line. */
export function renderComparisonText(comparison: Comparison, options: TextOptions = {}): string {
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
        delta === undefined || metricWords[name].quantity === 'ratio'
          ? ''
          : { text: deltaWords(delta, name), look: changeLook(delta, name) },
      ],
    ];
  });
  const besideNetwork = comparison.beside?.network === comparison.previousPath && comparison.beside !== null;
  const right = { align: 'right' } as const;
  const parts = [
    titleLine(comparison, options),
    comparison.beside === null ? '' : wrapLine(`It has ${besideWords(comparison.beside)}.`, options),
    comparison.diff === null ? '' : happenedText(comparison.diff, options),
    rows.length === 0
      ? ''
      : textTable(
          [
            { title: '' },
            { title: besideNetwork ? 'Network' : 'Base', ...right },
            { title: besideNetwork ? 'Model' : 'Head', ...right },
            { title: besideNetwork ? 'Difference' : 'Change', ...right },
            { title: '', ...right },
          ],
          rows,
          options,
        ),
    comparison.diff === null ? '' : diffTable(comparison.diff, options),
    comparison.accuracyTest === null ? '' : wrapLine(`Accuracy: ${accuracyWords(comparison.accuracyTest)}`, options),
    comparison.verdict === 'pass' ? '' : comparisonLines(comparison, options),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** `models/kws.onnx on nano33 (arduino-nano-33-ble/tflm): fail` */
function titleLine({ model, target, targetId, verdict }: Comparison, options: TextOptions): string {
  const title = wrapLine(`${plain(model, 80)} on ${plain(target, 40)} (${plain(targetId, 60)}): ${verdict}`, options);
  return `${title.slice(0, -verdict.length)}${paintWith(options)(lookOf(verdict) ?? 'strong', verdict)}`;
}

/** Better or worse. */
function changeLook(delta: Delta, name: MetricName): Look | undefined {
  if (delta.absolute === 0) return undefined;
  return isImprovement(delta, name) ? 'good' : 'warning';
}

/** What is wrong with a comparison, a line each, causes below; with or without a line that names it. */
export function comparisonLines(
  comparison: Comparison,
  { named = false, ...options }: TextOptions & { readonly named?: boolean } = {},
): string {
  const paint = paintWith(options);
  const errors = groupFindings((comparison.head?.findings ?? []).filter(({ severity }) => severity === 'error'));
  const lines = [
    ...comparison.problems.map((problem) => `error: ${problem}`),
    ...errors.slice(0, 10).map(({ where, message }) => `fail: ${where === undefined ? '' : `${where}: `}${message}`),
    ...(errors.length > 10 ? [`… ${errors.length - 10} more`] : []),
    ...objectionsOf(comparison).flatMap(({ metric, judgements, causes }) => [
      ...judgements.map(
        (judgement) => `${judgement.verdict}: ${judgementWords(judgement)} (${judgement.budget.origin})`,
      ),
      ...(metric === 'accelerated' ? [] : causes.map(causeLine)),
      ...(metric === fallbackMetric(comparison) ? fallbackLines(comparison) : []),
    ]),
  ];
  const indented = lines.map((line) => `  ${line.startsWith('  ') ? '  ' : ''}${plain(line, 600)}`);
  return [
    ...(named ? [paint('strong', `${plain(comparison.model, 80)} on ${plain(comparison.target, 40)}`)] : []),
    ...indented.map((line) => paintFirstWord(paint, wrapLine(line, options))),
  ].join('\n');
}

function causeLine({ metric, layer, delta, what }: Attribution): string {
  return `  ${formatDifference(delta, metricWords[metric].quantity)} from ${plain(layerLabel(layer), 60)}: ${what}`;
}

function fallbackLines(comparison: Comparison): readonly string[] {
  const words = accelerationWords(comparison);
  return [
    ...(words === undefined ? [] : [`  ${words}`]),
    ...comparison.fallbacks
      .slice(0, fallbacksPerModel)
      .map((fallback) => `  ${phrasesToText(fallbackPhrases(fallback))}`),
  ];
}
