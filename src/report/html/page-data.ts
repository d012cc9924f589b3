import type { Comparison, Verdict } from '../../judge/comparison.ts';
import type { ScheduleResult } from '../../schedule/schedule-result.ts';

/** What the page shows, as its script finds it in the document. */
export interface PageData {
  readonly verdict: Verdict;
  /** The verdict in one sentence. */
  readonly headline: string;
  /** What was compared with what, and by which version. */
  readonly origin: string;
  readonly comparisons: readonly Comparison[];
  /** Models that share a core. */
  readonly schedules: readonly ScheduleResult[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/** The id of the element that holds the data as JSON. */
export const dataElementId = 'edge-ready-data';
