import type { MetricName } from '../../measurement/metric-names.ts';

/** What the page of a history shows, as its script finds it in the document. */
export interface TrendData {
  /** When and what, once for all that refers to it: a commit's id, its time in seconds since 1970, its subject. */
  readonly commits: readonly (readonly [id: string, time: number, subject: string])[];
  readonly series: readonly TrendSeries[];
  /** The address of a commit is this and its id; `null` where the repository's is not known. */
  readonly commitAddress: string | null;
}

/** A model on a target: by metric its values, each with the place of its commit in `commits`, and whether it is an estimate. */
interface TrendSeries {
  readonly model: string;
  readonly target: string;
  readonly values: { readonly [Name in MetricName]?: readonly TrendValue[] };
}

export type TrendValue = readonly [commit: number, value: number, isEstimate: 0 | 1];

/** The id of the element that holds the data as JSON. */
export const trendElementId = 'edge-ready-history';
