import type { Comparison } from '../judge/comparison.ts';
import { type Metric, metricNames } from '../runtimes/measurement.ts';
import { titleOf } from './comment-table.ts';
import { cell, code } from './escape.ts';
import { formatPercent } from './format.ts';

const basisWords: Readonly<Record<Metric['basis'], string>> = {
  exact: 'exact, follows from the bytes',
  modelled: '≈ an estimate',
  measured: 'measured',
};

const entriesLimit = 60;

/** How every number was obtained, and why those that are missing are; one line for all targets and models of which the same is true. */
export function basisList(comparisons: readonly Comparison[]): string {
  const places = new Map<string, Set<string>>();
  for (const comparison of comparisons) {
    for (const name of metricNames) {
      for (const words of new Set(wordsOf(comparison, name))) {
        const key = `**${titleOf(name)}**: ${words}`;
        places.set(key, (places.get(key) ?? new Set()).add(comparison.target));
      }
    }
  }
  const everywhere = new Set(comparisons.map(({ target }) => target)).size;
  const lines = [...places].map(([words, targets]) => {
    const where =
      targets.size === everywhere
        ? ''
        : ` (${[...targets]
            .slice(0, 5)
            .map((target) => code(target))
            .join(', ')}${targets.size > 5 ? ' …' : ''})`;
    return `- ${words}${where}`;
  });
  const rest = lines.length - entriesLimit;
  return [...lines.slice(0, entriesLimit), ...(rest > 0 ? [`- … ${rest} more`] : [])].join('\n');
}

function wordsOf({ base, head }: Comparison, name: (typeof metricNames)[number]): readonly string[] {
  const missing = head !== null && head[name] === null ? head.unavailable[name] : undefined;
  const metrics = [base?.[name], head?.[name]].filter((metric) => metric !== null && metric !== undefined);
  const missingInBase = base !== null && base[name] === null && head !== null && head[name] !== null;
  return [
    ...metrics.map(metricBasis),
    ...(missingInBase
      ? [`not compared, the base has no value: ${cell(base.unavailable[name] ?? 'no reason was given', 300)}`]
      : []),
    ...(head !== null && head[name] === null ? [`not available, ${cell(missing ?? 'no reason was given', 300)}`] : []),
  ];
}

function metricBasis({ basis, error, source }: Metric): string {
  const off = error === undefined ? '' : `, off by ${formatPercent(error)} on average`;
  return `${basisWords[basis]}${off}${source === undefined ? '' : `; ${cell(source, 300)}`}`;
}
