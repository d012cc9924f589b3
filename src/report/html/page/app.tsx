import { useEffect, useState } from 'preact/hooks';
import { marks } from '../../marks.ts';
import { worstFirst } from '../../order.ts';
import type { PageData } from '../page-data.ts';
import { addressOf } from './address.ts';
import { ComparisonView } from './comparison-view.tsx';
import { Overview } from './overview.tsx';
import { PrintedComparisons } from './printed.tsx';
import { Schedules } from './schedules.tsx';

/** The whole page: the verdict, every model on every target in one table, and below it the one that was chosen, at first the worst. */
export function App({ verdict, headline, origin, comparisons: unordered, schedules, notes, problems }: PageData) {
  const comparisons = worstFirst(unordered);
  const address = useAddress();
  const chosen = comparisons.find((comparison) => addressOf(comparison) === address) ?? comparisons[0];
  return (
    <>
      <header>
        <h1>
          <span aria-hidden="true">{marks[verdict]} </span>
          {headline}
        </h1>
        <p class="quiet">{origin}</p>
      </header>
      <main>
        {problems.map((problem) => (
          <p key={problem} class="error">
            {marks.error} {problem}
          </p>
        ))}
        {comparisons.length === 0 ? <p>No model changed.</p> : <Overview comparisons={comparisons} chosen={chosen} />}
        {notes.length === 0 ? null : (
          <ul class="quiet">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        <Schedules schedules={schedules} />
        {chosen === undefined ? null : <ComparisonView key={addressOf(chosen)} comparison={chosen} />}
        <PrintedComparisons others={comparisons.filter((comparison) => comparison !== chosen)} />
      </main>
    </>
  );
}

function useAddress(): string {
  const [address, setAddress] = useState(window.location.hash);
  useEffect(() => {
    const follow = () => setAddress(window.location.hash);
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return address;
}
