import type { Comparison } from '../../../judge/comparison.ts';
import { metricWords } from '../../../judge/metric-words.ts';
import type { Metric } from '../../../measurement/measurement.ts';
import { type MetricName, metricNames } from '../../../measurement/metric-names.ts';
import { deltaWords, valueWords } from '../../change-words.ts';
import { errorWords } from '../../error-words.ts';
import { judgementWords } from '../../judgement-words.ts';
import { marks } from '../../marks.ts';
import { worstJudgementsFirst } from '../../order.ts';
import { isExpected } from '../../shown-metrics.ts';
import { capitalised } from './capitalised.ts';
import { Scrolled } from './scrolled.tsx';
import { Table } from './table.tsx';

const columns = [
  { title: 'Metric' },
  { title: 'Base', isNumber: true },
  { title: 'Head', isNumber: true },
  { title: 'Change', isNumber: true },
  { title: 'Budgets' },
  { title: 'How it was obtained' },
];

/** Every metric at base and head, what the budgets say of it, and where it comes from. */
export function MetricTable({ comparison }: { readonly comparison: Comparison }) {
  const names = metricNames.filter((name) => isExpected(comparison, name));
  return (
    <section aria-labelledby="metrics">
      <h3 id="metrics">Metrics</h3>
      <Scrolled label="Metrics as a table">
        <Table columns={columns} rows={names.map((name) => rowOf(comparison, name))} />
      </Scrolled>
    </section>
  );
}

function rowOf(comparison: Comparison, name: MetricName) {
  const { base, head, deltas } = comparison;
  const delta = deltas[name];
  const about = worstJudgementsFirst(comparison).filter(({ budget }) => budget.metric === name);
  return [
    capitalised(metricWords[name].title),
    shownValue(base?.[name], name),
    shownValue(head?.[name], name),
    delta === undefined ? '–' : deltaWords(delta, name),
    <ul key="budgets" class="plain">
      {about.map((judgement) => (
        <li key={judgement.message}>
          {marks[judgement.verdict]} {judgementWords(judgement)}
        </li>
      ))}
    </ul>,
    originOf(head?.[name] ?? null, head?.unavailable[name]),
  ];
}

function shownValue(metric: Metric | null | undefined, name: MetricName): string {
  return metric === null || metric === undefined ? '–' : valueWords(metric, name);
}

/** Where a number comes from and how far it may be off. */
function originOf(metric: Metric | null, reason: string | undefined): string {
  if (metric === null) return reason === undefined ? '' : `not available: ${reason}`;
  const error = errorWords(metric.basis, metric.error === undefined ? [] : [metric.error]);
  return `${metric.basis}${error}${metric.source === undefined ? '' : `; ${metric.source}`}`;
}
