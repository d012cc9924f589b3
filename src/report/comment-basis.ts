import type { Comparison } from '../judge/comparison.ts';
import type { Metric } from '../measurement/measurement.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';
import { titleOf } from './comment-table.ts';
import { errorWords } from './error-words.ts';
import { cell, code } from './escape.ts';
import { isExpected } from './shown-metrics.ts';

const basisWords: Readonly<Record<Metric['basis'], string>> = {
  exact: 'exact, follows from the bytes',
  modelled: '≈ an estimate',
  measured: 'measured',
};

const entriesLimit = 60;
const targetsNamed = 5;

/** One way in which a metric was obtained, for how many targets, and the errors that its estimates have. */
interface Entry {
  readonly title: string;
  readonly basis: Metric['basis'];
  readonly words: string;
  readonly source: string;
  readonly errors: Set<number>;
  readonly targets: Set<string>;
}

/** How every number was obtained, and why those that are missing are; one line for all targets and models of which the same is true. */
export function basisList(comparisons: readonly Comparison[]): string {
  const entries = new Map<string, Entry>();
  for (const comparison of comparisons) {
    for (const name of metricNames.filter((each) => isExpected(comparison, each))) {
      for (const { basis = 'modelled', words, source, error } of waysOf(comparison, name)) {
        const key = JSON.stringify([name, basis, words, source]);
        const entry = entries.get(key) ?? {
          title: titleOf(name),
          basis,
          words,
          source,
          errors: new Set(),
          targets: new Set(),
        };
        if (error !== undefined) entry.errors.add(error);
        entry.targets.add(comparison.target);
        entries.set(key, entry);
      }
    }
  }
  const targets = new Set(comparisons.map(({ target }) => target)).size;
  const order = metricNames.map(titleOf);
  const lines = [...entries.values()]
    .sort((left, right) => order.indexOf(left.title) - order.indexOf(right.title))
    .map((entry) => entryLine(entry, targets));
  const rest = lines.length - entriesLimit;
  return [...lines.slice(0, entriesLimit), ...(rest > 0 ? [`- … ${rest} more`] : [])].join('\n');
}

function entryLine({ title, basis, words, source, errors, targets }: Entry, everywhere: number): string {
  const named = [...targets].slice(0, targetsNamed).map((target) => code(target));
  const where = targets.size === everywhere ? '' : ` (${named.join(', ')}${targets.size > targetsNamed ? ' …' : ''})`;
  return `- **${title}**: ${words}${errorWords(basis, [...errors])}${source === '' ? '' : `; ${source}`}${where}`;
}

type Way = {
  readonly basis?: Metric['basis'];
  readonly words: string;
  readonly source: string;
  readonly error?: number;
};

function waysOf({ base, head }: Comparison, name: MetricName): readonly Way[] {
  const [before, after] = [base?.[name], head?.[name]];
  const missing = (words: string, reason: string | undefined): Way => ({
    words: `${words}, ${cell(reason ?? 'no reason was given', 300)}`,
    source: '',
  });
  return [
    ...[before, after].flatMap((metric) => (metric === null || metric === undefined ? [] : [wayOf(metric)])),
    ...(before === null && after != null
      ? [missing('not compared, the base has no value', base?.unavailable[name])]
      : []),
    ...(after === null ? [missing('not available', head?.unavailable[name])] : []),
  ];
}

function wayOf({ basis, error, source, bound }: Metric): Way {
  return {
    basis,
    words: bound === undefined ? basisWords[basis] : `a bound, ${bound.replace('-', ' ')} this`,
    source: source === undefined ? '' : cell(source, 300),
    ...(error === undefined ? {} : { error }),
  };
}
