import { flushSync } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import type { Comparison } from '../../../judge/comparison.ts';
import { addressOf } from './address.ts';
import { ComparisonView } from './comparison-view.tsx';

/** Comparisons whose details go on paper; each takes three pages or four. */
const mostPrinted = 30;

/** On paper nothing can be chosen: the details of the other comparisons, while the page is printed. */
export function PrintedComparisons({ others }: { readonly others: readonly Comparison[] }) {
  const isPrinting = useIsPrinting();
  if (!isPrinting || others.length === 0) return null;
  const left = others.length - mostPrinted;
  return (
    <>
      {others.slice(0, mostPrinted).map((comparison) => (
        <ComparisonView key={addressOf(comparison)} comparison={comparison} />
      ))}
      {left > 0 ? <p class="quiet">{left} more are in the table above and, when chosen, on the screen.</p> : null}
    </>
  );
}

function useIsPrinting(): boolean {
  const [isPrinting, setIsPrinting] = useState(false);
  useEffect(() => {
    // The browser lays the page out as soon as the event is over.
    const begin = () => flushSync(() => setIsPrinting(true));
    const end = () => setIsPrinting(false);
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, []);
  return isPrinting;
}
