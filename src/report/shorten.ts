import stringWidth from 'string-width';
import { plain } from '../basics/plain.ts';

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters of one column each that never join: ASCII, most of Latin, and the signs of tables and numbers (– … ≈ ≤ │ █). */
const oneColumnEach = /^[\x20-\x7e\xa1-\xa8\xaa-\xac\xaf-\xff\u2010-\u2027\u2200-\u22ff\u2500-\u259f]*$/;

/** How many columns of a terminal a text takes: two for a wide character, none for one that joins another. */
export function columnsOf(text: string): number {
  return oneColumnEach.test(text) ? text.length : stringWidth(text);
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
