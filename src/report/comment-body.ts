import type { Comparison } from '../judge/comparison.ts';
import { besideList } from './beside-list.ts';
import { budgetUse } from './budget-use.ts';
import { basisList } from './comment-basis.ts';
import { failureDetails } from './comment-details.ts';
import { accuracyList, remarksList, runLines, undecidedAccuracy } from './comment-sections.ts';
import { comparisonTable, valuesTable } from './comment-table.ts';
import { diffSection, happenedList } from './diff-section.ts';
import { cell, code } from './escape.ts';
import { fold } from './fold.ts';
import { headlineMarkdown } from './headline.ts';
import { linkTo, webLinks } from './links.ts';
import { marks } from './marks.ts';
import { memoryCharts } from './memory-chart.ts';
import { isUnchanged, worstFirst } from './order.ts';
import { pastList } from './past-list.ts';
import { proposalsList } from './proposals-list.ts';
import type { GateReport } from './report-schema.ts';
import { savingsList } from './savings-list.ts';
import { schedulesSection } from './schedule-section.ts';

/** How much of a report is shown. */
export interface Extent {
  /** Rows at most, worst first. */
  readonly rows: number;
  /** Whether models that did not change have rows. */
  readonly unchanged: boolean;
  /** Whether the folded parts are there: base values, remarks, how numbers were obtained. */
  readonly folds: boolean;
}

/** What surrounds the report: a first line that marks the comment as ours, and where the run and the report with its figures are. */
export interface Frame {
  readonly marker?: string;
  readonly runUrl?: string;
  readonly pageUrl?: string;
  /** The repository on the web, for links to commits and lines. */
  readonly repositoryUrl?: string;
}

/** A report as Markdown to a given extent: headline, one table, what happened to the models, what is wrong and why, savings, and in folds the rest. */
export function commentBody(report: GateReport, frame: Frame, extent: Extent): string {
  const links = webLinks(report, frame.repositoryUrl);
  const ordered = worstFirst(report.comparisons);
  const candidates = extent.unchanged ? ordered : ordered.filter((comparison) => !isUnchanged(comparison));
  const shown = candidates.slice(0, extent.rows);
  const objected = shown.filter(({ verdict }) => verdict !== 'pass');
  const savings = savingsList(shown);
  const proposals = proposalsList(shown);
  const beside = besideList(shown);
  const happened = happenedList(shown);
  const past = extent.folds ? pastList(shown) : '';
  const told = extent.folds ? 50 : 10;
  const isTable = shown.length > 0;
  return joinParts([
    ...(frame.marker === undefined ? [] : [frame.marker]),
    `${marks[report.verdict]} ${headlineMarkdown(report)}`,
    runLines(report.notes, isTable || report.problems.length < 2 ? [] : report.problems, told),
    isTable ? comparisonTable(shown, firstOf(report.problems, told)) : '',
    hiddenWords(ordered, shown),
    happened === '' ? '' : `**What changed**\n\n${happened}`,
    undecidedAccuracy(shown),
    ...objected.map((comparison) => failureDetails(comparison, links)),
    schedulesSection(report.schedules, extent),
    past === '' ? '' : `**Where the numbers have been**, the last bar is this change\n\n${past}`,
    proposals === '' ? '' : `**To pass**\n\n${proposals}`,
    savings === '' ? '' : `**To save**\n\n${savings}`,
    nextWords(report, objected.length > 0),
    beside === '' ? '' : `**Beside public networks**\n\n${beside}`,
    ...(extent.folds ? folds(shown) : []),
    footer(report, frame),
  ]);
}

/** The smallest form: the headline, how many of what, and where the rest is. Its length does not depend on the number of models. */
export function countsBody(report: GateReport, frame: Frame): string {
  const results = [...report.comparisons, ...report.schedules];
  const counts = (['error', 'fail', 'warn', 'pass'] as const).flatMap((verdict) => {
    const number = results.filter((result) => result.verdict === verdict).length;
    return number === 0 ? [] : [`${marks[verdict]} ${number} ${verdictWords[verdict]}`];
  });
  return joinParts([
    ...(frame.marker === undefined ? [] : [frame.marker]),
    `${marks[report.verdict]} ${headlineMarkdown(report)}`,
    `${results.length} results: ${counts.join(', ')}. They are too many to show here; the report among the artifacts has all of them.`,
    footer(report, frame),
  ]);
}

/** So many sentences, and how many more there are. */
function firstOf(sentences: readonly string[], most: number): readonly string[] {
  const rest = sentences.length - most;
  return rest > 0 ? [...sentences.slice(0, most), `… ${rest} more`] : sentences;
}

const verdictWords = { error: 'could not be judged', fail: 'fail', warn: 'warn', pass: 'pass' } as const;

function joinParts(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function folds(shown: readonly Comparison[]): readonly string[] {
  return [
    ...fold('What changed, operator by operator', diffSection(shown)),
    ...fold('Memory over the operators', memoryCharts(shown)),
    ...fold('How full the budgets are', budgetUse(shown)),
    ...fold('Base and head', valuesTable(shown.filter((comparison) => !isUnchanged(comparison)))),
    ...fold('Accuracy, sample by sample', accuracyList(shown)),
    ...fold('Remarks', remarksList(shown, 30)),
    ...fold('How the numbers were obtained', legendAnd(basisList(shown))),
  ];
}

const legend =
  "Values are the head's, below them the change from the base. ✅ within its budgets, ⚠️ over a budget that warns, ❌ over a budget that fails, 🚫 could not be judged, no mark: no budget. ≈ marks an estimate, – a value that can't be had.";

function legendAnd(basis: string): string {
  return basis === '' ? '' : `${basis}\n\n${legend}`;
}

function hiddenWords(all: readonly Comparison[], shown: readonly Comparison[]): string {
  const isShown = new Set(shown);
  const hidden = all.filter((comparison) => !isShown.has(comparison));
  if (hidden.length === 0) return '';
  const unchanged = hidden.filter(isUnchanged).length;
  const objecting = hidden.filter(({ verdict }) => verdict !== 'pass').length;
  const others = hidden.length - unchanged - objecting;
  const parts = [
    ...(objecting === 0 ? [] : [`**${objecting} more that do not pass**`]),
    ...(others === 0 ? [] : [`${others} that pass`]),
    ...(unchanged === 0 ? [] : [`${unchanged} unchanged`]),
  ];
  return `Not shown: ${parts.join(', ')}.`;
}

/** What whoever has to mend it does first. */
function nextWords({ base }: GateReport, hasObjections: boolean): string {
  if (!hasObjections) return '';
  const command = `edge-ready check${base === null ? '' : ` --base ${base.sha.slice(0, 10)}`} --output report`;
  return `**On your machine**: \`${command}\` says the same and writes the page with its figures.`;
}

function footer(report: GateReport, { runUrl, pageUrl, repositoryUrl }: Frame): string {
  const { commit } = webLinks(report, repositoryUrl);
  const short = (sha: string) => commit(`\`${sha.slice(0, 7)}\``, sha);
  const base = report.base === null ? 'no base' : `${cell(report.base.label, 80)} at ${short(report.base.sha)}`;
  const places = [
    { words: 'report with figures', url: pageUrl },
    { words: 'run and artifacts', url: runUrl },
  ].flatMap(({ words, url }) => (linkTo(words, url) === words ? [] : [` · ${linkTo(words, url)}`]));
  return `<sub>edge-ready-gate ${code(report.gate, 40)} · ${short(report.head.sha)} against ${base}${places.join('')}</sub>`;
}
