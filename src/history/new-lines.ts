import type { History } from './files.ts';
import type { HistoryLine } from './line.ts';
import { latestBefore } from './series.ts';

/** Those of some lines that say something new: what only repeats what was recorded of the model on the target before is left out, so that a history grows with what changes. */
export function newLines(lines: readonly HistoryLine[], known: History): readonly HistoryLine[] {
  return lines.filter((line) => {
    const before = latestBefore(known, line);
    return before === undefined || contentOf(before) !== contentOf(line);
  });
}

function contentOf({ gate, sha256, recipe, metrics }: HistoryLine): string {
  const values = Object.entries(metrics).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([gate, sha256, recipe, values]);
}
