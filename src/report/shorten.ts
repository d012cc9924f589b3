import stringWidth from 'string-width';
import { plain } from '../basics/plain.ts';

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many columns of a terminal a text takes: two for a wide character, none for one that joins another. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** A text on one line, without what can't be seen, shortened in the middle to at most so many columns. */
export function shorten(text: string, columns: number): string {
  const line = plain(text, Number.POSITIVE_INFINITY);
  if (columnsOf(line) <= columns) return line;
  const segments = [...letters.segment(line)].map(({ segment }) => segment);
  const head = fitting(segments, Math.ceil((columns - 1) / 2));
  const tail = fitting(segments.toReversed(), Math.max(0, columns - 1 - columnsOf(head.join(''))));
  return `${head.join('')}…${tail.toReversed().join('')}`;
}

/** The first of the letters, as many as go into the columns. */
function fitting(segments: readonly string[], columns: number): readonly string[] {
  let used = 0;
  const end = segments.findIndex((segment) => {
    used += columnsOf(segment);
    return used > columns;
  });
  return end < 0 ? segments : segments.slice(0, end);
}
