import { formatValue } from '../../../basics/format.ts';
import { sparkline } from '../../../history/sparkline.ts';
import type { Comparison } from '../../../judge/comparison.ts';
import { metricWords } from '../../../judge/metric-words.ts';
import { metricNames } from '../../../measurement/metric-names.ts';
import { dayOf, moveValues, shortId } from '../../history-words.ts';
import { capitalised } from './capitalised.ts';
import { Scrolled } from './scrolled.tsx';
import { Table } from './table.tsx';

const columns = [
  { title: 'Metric' },
  { title: 'Up to this change' },
  { title: 'Commits', isNumber: true },
  { title: 'Moved last by' },
];

/** Where the metrics have been on the default branch; the last bar is the head. */
export function PastView({ comparison: { past, head } }: { readonly comparison: Comparison }) {
  if (past === null) return null;
  const rows = metricNames.flatMap((name) => {
    const known = past[name];
    if (known === undefined) return [];
    const { values, commits, moved } = known;
    const now = head?.[name]?.value;
    const shown = now === undefined ? values : [...values, now];
    const { quantity } = metricWords[name];
    return [
      [
        capitalised(metricWords[name].title),
        <span key="bars" role="img" aria-label={shown.map((value) => formatValue(value, quantity)).join(', ')}>
          {sparkline(shown)}
        </span>,
        commits,
        moved === null
          ? 'nothing yet'
          : `${shortId(moved.commit)} ${moved.subject} (${moveValues(moved, name)}, ${dayOf(moved.time)})`,
      ],
    ];
  });
  return (
    <section aria-labelledby="past">
      <h3 id="past">Where it has been</h3>
      <Scrolled label="Where it has been as a table">
        <Table columns={columns} rows={rows} />
      </Scrolled>
    </section>
  );
}
