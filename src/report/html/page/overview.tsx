import type { Comparison } from '../../../judge/comparison.ts';
import { metricWords } from '../../../judge/metric-words.ts';
import { type MetricName, metricNames } from '../../../measurement/metric-names.ts';
import { deltaWords, isImprovement, valueWords } from '../../change-words.ts';
import { marks } from '../../marks.ts';
import { addressOf } from './address.ts';
import { capitalised } from './capitalised.ts';
import { Scrolled } from './scrolled.tsx';

/** Every comparison in a row: the head's values, the changes below them, and a link to its figures. */
export function Overview({
  comparisons,
  chosen,
}: {
  readonly comparisons: readonly Comparison[];
  readonly chosen: Comparison | undefined;
}) {
  const names = metricNames.filter((name) => comparisons.some(({ head }) => (head?.[name] ?? null) !== null));
  return (
    <nav aria-label="Models and targets">
      <Scrolled label="Models and targets as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Target</th>
              {names.map((name) => (
                <th key={name} scope="col" class="number">
                  {capitalised(metricWords[name].title)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {comparisons.map((comparison) => (
              <tr key={addressOf(comparison)} class={comparison === chosen ? 'chosen' : ''}>
                <th scope="row">
                  <span role="img" aria-label={comparison.verdict}>
                    {marks[comparison.verdict]}
                  </span>{' '}
                  <a href={addressOf(comparison)} aria-current={comparison === chosen ? 'true' : undefined}>
                    {comparison.model}
                  </a>
                </th>
                <td>{comparison.target}</td>
                {names.map((name) => (
                  <td key={name} class="number">
                    <Value comparison={comparison} name={name} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </nav>
  );
}

function Value({ comparison, name }: { readonly comparison: Comparison; readonly name: MetricName }) {
  const metric = comparison.head?.[name] ?? null;
  if (metric === null) return <>–</>;
  const delta = comparison.deltas[name];
  return (
    <>
      {valueWords(metric, name)}
      {delta === undefined || delta.absolute === 0 ? null : (
        <span class={isImprovement(delta, name) ? 'change better' : 'change worse'}>{deltaWords(delta, name)}</span>
      )}
    </>
  );
}
