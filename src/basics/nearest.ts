/**
 * The candidate that a mistyped word most likely means, or `undefined` when none is close.
 * Close is at most a third of the longer word's letters changed (and always one), by the optimal-string-alignment distance
 * (insert, delete, replace, swap neighbours); letter case does not count. A candidate that the word begins or ends is close too, and one
 * that has it in its middle, whatever stands between letters: `nano33` is in `arduino-nano-33-ble`.
 * Among equals the first wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  const letters = lettersOf(typed);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const limit = Math.max(1, Math.floor(Math.max(typed.length, known.length) / 3));
    // The distance is at least the difference in length, and words may be long: they come from anybody's file.
    const least = Math.abs(typed.length - known.length);
    const isPart =
      (typed.length >= 3 && (known.startsWith(typed) || known.endsWith(typed))) ||
      (letters.length >= 4 && lettersOf(known).includes(letters));
    if (least > limit && !isPart) continue;
    const distance = editDistance(typed, known);
    if (distance > limit && !isPart) continue;
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

function lettersOf(word: string): string {
  return word.replace(/[^\p{L}\p{N}]/gu, '');
}

/** What to write instead of a word that is not known: `; did you mean "int8"?`. */
export function suggestion(word: string, known: readonly string[]): string {
  const close = nearest(word, known);
  if (close !== undefined) return `; did you mean "${close}"?`;
  return known.length === 0 ? '' : `; known are ${known.join(', ')}`;
}

/** Optimal-string-alignment distance: the fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
