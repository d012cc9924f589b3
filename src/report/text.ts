import { formatValue } from '../basics/format.ts';
import { plain } from '../basics/plain.ts';
import type { Comparison } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { deltaWords, valueWords } from './change-words.ts';
import { metricsOf, titleOf } from './comment-table.ts';
import { comparisonLines } from './comparison-text.ts';
import { headline } from './headline.ts';
import { lookOf, paintFirstWord, paintWith, type TextOptions } from './look.ts';
import { isUnchanged, worstFirst } from './order.ts';
import { pastLines } from './past-list.ts';
import { proposalWords } from './proposals-list.ts';
import type { GateReport } from './report-schema.ts';
import { savedWords, stepsByGain, stepWords } from './savings-list.ts';
import { renderScheduleText } from './schedule-text.ts';
import { worstSchedulesFirst } from './schedule-words.ts';
import { type Row, textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

/** The report for a terminal: headline, a line per model × target × metric, what is wrong and why. Ends with a new line. */
export function renderText(report: GateReport, options: TextOptions = {}): string {
  const paint = paintWith(options);
  const ordered = worstFirst(report.comparisons);
  const shown = ordered.filter((comparison) => !isUnchanged(comparison));
  const hidden = ordered.length - shown.length;
  const parts = [
    paintFirstWord(paint, wrapLine(`${report.verdict.toUpperCase()}  ${headline(report)}`, options)),
    [...report.problems.slice(1).map((problem) => `error: ${problem}`), ...report.notes.map((note) => `note: ${note}`)]
      .map((line) => paintFirstWord(paint, wrapLine(plain(line, 500), options)))
      .join('\n'),
    shown.length === 0 ? '' : reportTable(shown, options),
    hidden === 0 ? '' : `${hidden} unchanged`,
    ...shown
      .filter(({ verdict }) => verdict !== 'pass')
      .map((comparison) => comparisonLines(comparison, { ...options, named: true })),
    ...worstSchedulesFirst(report.schedules).map((schedule) => renderScheduleText(schedule, options)),
    pastLines(shown)
      .map((line) => wrapLine(line, options))
      .join('\n'),
    proposalLines(shown, options),
    savingLines(shown, options),
    shown.length === 0 && report.schedules.length === 0
      ? ''
      : paint(
          'faint',
          wrapLine(
            '≈ marks an estimate; "edge-ready measure MODEL --target T" shows how each number was obtained.',
            options,
          ),
        ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function reportTable(comparisons: readonly Comparison[], options: TextOptions): string {
  const rows = comparisons.flatMap((comparison): readonly Row[] => {
    const { model, target, verdict, state, head, base, deltas } = comparison;
    const cells = metricsOf([comparison]).map((name): Row => {
      const [before, after, delta] = [base?.[name] ?? null, head?.[name] ?? null, deltas[name]];
      const worst = worstOf(comparison, name);
      return [
        { text: worst ?? '', look: lookOf(worst ?? '') },
        titleOf(name),
        before === null ? '–' : valueWords(before, name),
        after === null ? '–' : valueWords(after, name),
        delta === undefined ? '' : { text: deltaWords(delta, name), look: lookOf(worst ?? '') },
        limitWords(comparison, name),
      ];
    });
    const words = ['new', 'removed'].includes(state) ? `${verdict}, ${state}` : verdict;
    return [{ heading: `${model} on ${target}`, end: { text: words, look: lookOf(verdict) } }, ...cells];
  });
  const right = { align: 'right' } as const;
  return textTable(
    [
      { title: '' },
      { title: '' },
      { title: 'Base', ...right, optional: 2 },
      { title: 'Head', ...right },
      { title: 'Change', ...right },
      { title: 'Limit', optional: 1 },
    ],
    rows,
    options,
  );
}

/** The absolute limit of a metric. */
function limitWords({ judgements }: Comparison, name: keyof Comparison['deltas']): string {
  const absolute = judgements
    .flatMap(({ budget }) => (budget.metric === name ? [budget.limit] : []))
    .find(({ kind }) => kind === 'max' || kind === 'min');
  if (absolute === undefined || !('value' in absolute)) return '';
  return `${absolute.kind === 'max' ? '≤' : '≥'} ${formatValue(absolute.value, metricWords[name].quantity)}`;
}

/** The verdict on a metric whose budgets are not all kept. */
function worstOf({ judgements }: Comparison, name: keyof Comparison['deltas']): string | undefined {
  return ['error', 'fail', 'warn'].find((verdict) =>
    judgements.some((judgement) => judgement.budget.metric === name && judgement.verdict === verdict),
  );
}

function proposalLines(comparisons: readonly Comparison[], options: TextOptions): string {
  return comparisons
    .flatMap(({ proposal, model, target }) =>
      proposal === null
        ? []
        : [
            wrapLine(`To pass with ${plain(model, 60)} on ${plain(target, 30)}: ${proposalWords(proposal)}`, options),
            // On one line, to be copied.
            `  ${plain(proposal.command, 1000)}`,
          ],
    )
    .join('\n');
}

function savingLines(comparisons: readonly Comparison[], options: TextOptions): string {
  return comparisons
    .flatMap(({ saving, head, model, target }) => {
      if (saving === null || head === null) return [];
      const saved = savedWords(saving, head);
      if (saved === '') return [];
      return [
        wrapLine(`To save ${saved} with ${plain(model, 60)} on ${plain(target, 30)}:`, options),
        // On one line, to be copied.
        `  ${plain(saving.command, 1000)}`,
        ...stepsByGain(saving).map((step) =>
          wrapLine(`  ${plain(step.pass, 60)}: ${stepWords(step, head).join(', ')}`, options),
        ),
      ];
    })
    .join('\n');
}
