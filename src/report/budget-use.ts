import { formatPercent, formatValue } from '../basics/format.ts';
import type { Comparison } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { metricNames } from '../measurement/metric-names.ts';
import { valueWords } from './change-words.ts';
import { titleOf } from './comment-table.ts';
import { code } from './escape.ts';

const barColumns = 10;
const budgetsShown = 30;
/** Limits of which less is used are counted only. */
const leastShare = 0.05;

/** How much of each absolute limit the head uses, as bars that an e-mail shows too; the fullest first, the tightest of several limits on one metric. */
export function budgetUse(comparisons: readonly Comparison[]): string {
  const used = comparisons.flatMap(usedBy).sort((one, other) => other.share - one.share);
  const told = used.filter(({ share }) => share >= leastShare).slice(0, budgetsShown);
  const rest = used.length - told.length;
  if (told.length === 0) return '';
  return [...told.map(({ line }) => line), ...(rest > 0 ? [`- … and ${rest} of which less is used`] : [])].join('\n');
}

function usedBy({
  model,
  target,
  head,
  judgements,
}: Comparison): readonly { readonly share: number; readonly line: string }[] {
  return metricNames.flatMap((name) => {
    const metric = head?.[name] ?? null;
    const limits = judgements.flatMap(({ budget }) =>
      budget.metric === name && budget.limit.kind === 'max' ? [budget.limit.value] : [],
    );
    if (metric === null || limits.length === 0 || Math.min(...limits) <= 0) return [];
    const limit = Math.min(...limits);
    const share = metric.value / limit;
    const words = `${titleOf(name)} ${valueWords(metric, name)}, ${formatPercent(Math.round(share * 1000) / 1000)} of ${formatValue(limit, metricWords[name].quantity)}`;
    return [{ share, line: `- \`${bar(share)}\` ${words}: ${code(model)} on ${code(target)}` }];
  });
}

function bar(share: number): string {
  const filled = Math.max(0, Math.min(barColumns, Math.round(share * barColumns)));
  return '█'.repeat(filled) + '░'.repeat(barColumns - filled);
}
