import { formatValue } from '../format.ts';
import type { Comparison } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { deltaWords, valueWords } from './change-words.ts';
import { metricsOf, titleOf } from './comment-table.ts';
import { comparisonLines } from './comparison-text.ts';
import { plain } from './escape.ts';
import { headline } from './headline.ts';
import { isUnchanged, worstFirst } from './order.ts';
import { proposalWords } from './proposals-list.ts';
import type { GateReport } from './report-schema.ts';
import { stepsByGain, stepWords } from './savings-list.ts';
import { renderScheduleText } from './schedule-text.ts';
import { worstSchedulesFirst } from './schedule-words.ts';
import { type TextOptions, textTable } from './text-table.ts';

/** The report for a terminal: headline, a line per model × target × metric, what is wrong and why. Plain text without colour, ends with a new line. */
export function renderText(report: GateReport, options: TextOptions = {}): string {
  const width = options.width ?? 100;
  const ordered = worstFirst(report.comparisons);
  const shown = ordered.filter((comparison) => !isUnchanged(comparison));
  const hidden = ordered.length - shown.length;
  const parts = [
    `${report.verdict.toUpperCase()}  ${headline(report)}`,
    [...report.problems.slice(1).map((problem) => `error: ${problem}`), ...report.notes.map((note) => `note: ${note}`)]
      .map((line) => plain(line, 500))
      .join('\n'),
    shown.length === 0 ? '' : reportTable(shown, width),
    hidden === 0 ? '' : `${hidden} unchanged`,
    ...shown.filter(({ verdict }) => verdict !== 'pass').map((comparison) => comparisonLines(comparison)),
    ...worstSchedulesFirst(report.schedules).map((schedule) => renderScheduleText(schedule, { width })),
    proposalLines(shown),
    savingLines(shown),
    shown.length === 0 && report.schedules.length === 0
      ? ''
      : '≈ marks an estimate; "edge-ready measure MODEL --target T" shows how each number was obtained.',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function reportTable(comparisons: readonly Comparison[], width: number): string {
  const rows = comparisons.flatMap((comparison) => {
    const metrics = metricsOf([comparison]);
    const cells = metrics.map((name) => {
      const { head, base } = comparison;
      const [before, after, delta] = [base?.[name] ?? null, head?.[name] ?? null, comparison.deltas[name]];
      return [
        titleOf(name),
        before === null ? '–' : valueWords(before, name),
        after === null ? '–' : valueWords(after, name),
        delta === undefined ? '' : deltaWords(delta, name),
        limitWords(comparison, name),
      ];
    });
    const first = [comparison.verdict, comparison.model, comparison.target];
    if (cells.length === 0) return [[...first, comparison.state]];
    return cells.map((row, index) => [...(index === 0 ? first : ['', '', '']), ...row]);
  });
  return textTable(
    [
      { title: '' },
      { title: 'Model', flexible: true },
      { title: 'Target', flexible: true },
      { title: 'Metric' },
      { title: 'Base', align: 'right' },
      { title: 'Head', align: 'right' },
      { title: 'Change', align: 'right' },
      { title: 'Limit' },
    ],
    rows,
    width,
  );
}

/** The absolute limit of a metric and whether any of its budgets is not kept. */
function limitWords(comparison: Comparison, name: keyof Comparison['deltas']): string {
  const judgements = comparison.judgements.filter(({ budget }) => budget.metric === name);
  const absolute = judgements.map(({ budget }) => budget.limit).find(({ kind }) => kind === 'max' || kind === 'min');
  const limit =
    absolute !== undefined && 'value' in absolute
      ? `${absolute.kind === 'max' ? '≤' : '≥'} ${formatValue(absolute.value, metricWords[name].quantity)}`
      : '';
  const worst = ['error', 'fail', 'warn'].find((verdict) =>
    judgements.some((judgement) => judgement.verdict === verdict),
  );
  return [limit, worst].filter((part) => part !== undefined && part !== '').join(' ');
}

function proposalLines(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap(({ proposal, model, target }) =>
      proposal === null
        ? []
        : [
            `To pass with ${plain(model, 60)} on ${plain(target, 30)}: ${proposalWords(proposal)}\n  ${plain(proposal.command, 1000)}`,
          ],
    )
    .join('\n');
}

function savingLines(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap(({ saving, head, model, target }) =>
      saving === null || head === null
        ? []
        : [
            `To save on ${plain(model, 60)} for ${plain(target, 30)}:\n  ${plain(saving.command, 1000)}`,
            ...stepsByGain(saving).map((step) => `  ${plain(step.pass, 60)}: ${stepWords(step, head).join(', ')}`),
          ],
    )
    .join('\n');
}
