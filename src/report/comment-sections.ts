import { formatDifference } from '../basics/format.ts';
import type { Budget } from '../judge/budget.ts';
import type { AccuracyTest, Comparison } from '../judge/comparison.ts';
import type { Finding } from '../measurement/measurement.ts';
import { findingLine } from './comment-details.ts';
import { cell, code } from './escape.ts';
import { groupFindings } from './group-findings.ts';

/** Accuracy of base and head on the same samples, in words. */
export function accuracyList(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap((comparison) =>
      comparison.accuracyTest === null
        ? []
        : [`- ${code(comparison.model)} on ${code(comparison.target)}: ${accuracyWords(comparison.accuracyTest)}`],
    )
    .join('\n');
}

/** Where an accuracy budget is kept, but on too few samples to tell: said outside the folds, because the mark alone would promise more. */
export function undecidedAccuracy(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap((comparison) =>
      comparison.judgements
        .filter(({ budget, verdict }) => verdict === 'pass' && isTooSmall(comparison.accuracyTest, budget))
        .map(({ message }) => `- ${code(comparison.model)} on ${code(comparison.target)}: ${cell(message)}`),
    )
    .join('\n');
}

function isTooSmall(test: AccuracyTest | null, { metric, limit }: Budget): boolean {
  if (test === null || metric !== 'accuracy' || limit.kind !== 'max-drop') return false;
  return test.lost + test.gained > 0 && -test.low > limit.points;
}

/** `−1.2 pp (95 % interval −2.0 pp to −0.4 pp; p = 0.003): of 1000 samples, 23 are now wrong and 11 now right`. */
export function accuracyWords(test: AccuracyTest): string {
  if (test.lost === 0 && test.gained === 0) return `the same answers right on all ${test.samples} samples`;
  const change = test.difference === 0 ? '±0 pp' : formatDifference(test.difference, 'ratio');
  const interval = `95 % interval ${formatDifference(test.low, 'ratio')} to ${formatDifference(test.high, 'ratio')}`;
  const p = test.pValue < 0.001 ? 'p < 0.001' : `p = ${test.pValue > 0.9995 ? '1' : test.pValue.toFixed(3)}`;
  return `${change} (${interval}; ${p.replace('<', 'under')}): of ${test.samples} samples, ${test.lost} ${test.lost === 1 ? 'is' : 'are'} now wrong and ${test.gained} now right`;
}

interface Remark {
  readonly isNew: boolean;
  readonly severity: string;
  /** Models that it is about, each with its targets. */
  readonly who: Map<string, readonly string[]>;
  readonly line: string;
}

/** Whether a finding is what was said before, although its figures, or its place in the model, may have changed. */
function isSameRemark(before: Finding, { code: name, severity, where: place, message }: Finding): boolean {
  if (before.code !== name || before.severity !== severity) return false;
  return before.message === message || before.where === place;
}

/** The targets that a remark about a model holds for; nothing where it holds for all of them. */
function where(comparisons: readonly Comparison[], model: string, on: readonly string[]): string {
  const all = comparisons.filter((comparison) => comparison.model === model && comparison.head !== null);
  return on.length === all.length ? '' : ` on ${on.map((target) => code(target)).join(', ')}`;
}

/**
 * Warnings and remarks about the heads, those that the base did not have first and marked; the same one about several is told once.
 * Where there are several targets, each says which it is about.
 */
export function remarksList(comparisons: readonly Comparison[], limit: number): string {
  const remarks = new Map<string, Remark>();
  for (const { model, target, base, head } of comparisons) {
    for (const finding of groupFindings(head?.findings ?? [])) {
      if (finding.severity === 'error') continue;
      const line = findingLine(finding);
      const isNew = base !== null && !base.findings.some((before) => isSameRemark(before, finding));
      const remark = remarks.get(line) ?? { isNew, severity: finding.severity, who: new Map(), line };
      remark.who.set(model, [...(remark.who.get(model) ?? []), target]);
      remarks.set(line, remark);
    }
  }
  const rank = (remark: Remark) => (remark.isNew ? 0 : 2) + (remark.severity === 'warning' ? 0 : 1);
  const lines = [...remarks.values()]
    .sort((left, right) => rank(left) - rank(right))
    .map(({ isNew, who, line }) => {
      const [[first, on] = ['', []], ...others] = who;
      const subject = `${code(first)}${where(comparisons, first, on)}${others.length === 0 ? '' : ` and ${others.length} more`}`;
      return line.replace(/^- /, () => `- ${isNew ? 'new: ' : ''}${subject}: `);
    });
  const rest = lines.length - limit;
  return [...lines.slice(0, limit), ...(rest > 0 ? [`- … ${rest} more remarks`] : [])].join('\n');
}

/** The notes about the run as a whole and what kept it from judging. */
export function runLines(notes: readonly string[], problems: readonly string[], limit: number): string {
  const shown = [...problems.map((problem) => `- 🚫 ${cell(problem)}`), ...notes.map((note) => `- ${cell(note)}`)];
  const rest = shown.length - limit;
  return [...shown.slice(0, limit), ...(rest > 0 ? [`- … ${rest} more`] : [])].join('\n');
}
