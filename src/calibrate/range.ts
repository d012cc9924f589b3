/** Real numbers that the integers of a tensor span. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** How a range is chosen from the values seen in calibration. */
export const observers = ['min-max', 'percentile', 'mse', 'entropy'] as const;
export type Observer = (typeof observers)[number];
