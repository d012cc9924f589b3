import { commentBody, countsBody, type Extent, type Frame } from './comment-body.ts';
import type { GateReport } from './report-schema.ts';

/** Characters of a comment at most; GitHub's own limit is 65,536. */
const commentCharacters = 60_000;

/** Largest extent first: all, without what did not change, the worst few, the worst few without folds. */
const ladder: readonly Extent[] = [
  { rows: Number.POSITIVE_INFINITY, unchanged: true, folds: true },
  { rows: Number.POSITIVE_INFINITY, unchanged: false, folds: true },
  ...[100, 50, 25, 10, 5].map((rows) => ({ rows, unchanged: false, folds: true })),
  ...[100, 50, 25, 10, 5, 3, 1].map((rows) => ({ rows, unchanged: false, folds: false })),
];

/** What goes around a comment; `marker` is its first line, by which it is found again. */
export interface CommentOptions extends Frame {
  readonly marker: string;
  /** Characters at most. */
  readonly limit?: number;
}

/**
 * The comment on the pull request. Where it would be too long, less is shown and said so, down to counts and a link; it is never cut.
 * The counts alone may exceed a limit under about 3,000 characters.
 */
export function renderComment(report: GateReport, options: CommentOptions): string {
  const limit = options.limit ?? commentCharacters;
  return renderWithin(report, options, (text) => text.length <= limit);
}

/** The largest form of the report that fits. */
export function renderWithin(report: GateReport, frame: Frame, fits: (text: string) => boolean): string {
  for (const extent of ladder) {
    const text = commentBody(report, frame, extent);
    if (fits(text)) return text;
  }
  return countsBody(report, frame);
}
