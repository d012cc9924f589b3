import * as z from 'zod';
import { commitIdSchema } from '../history/line.ts';
import { lastMove, pointsOf, type Series } from '../history/series.ts';
import { metricNames } from '../measurement/metric-names.ts';

/** Values that are kept of a metric: as many bars as a line of a comment has room for, but one for the head. */
const valuesLimit = 23;

/** Where a metric of a model on a target has been on the default branch, as the history has it. */
const pastMetricSchema = z.strictObject({
  /** The last recorded values, oldest first, and how many commits recorded one. */
  values: z.array(z.number()).min(1).max(valuesLimit),
  commits: z.number().int().positive(),
  /** The commit that moved it last; `null` where none did. */
  moved: z
    .strictObject({
      commit: commitIdSchema,
      time: z.number().int().min(0).max(253_402_300_799),
      subject: z.string().max(200),
      from: z.number(),
      to: z.number(),
      /** The versions of the gate, where it may have been them. */
      gate: z.tuple([z.string().max(40), z.string().max(40)]).optional(),
    })
    .nullable(),
});
export type PastMetric = z.infer<typeof pastMetricSchema>;

export const pastSchema = z.partialRecord(z.enum(metricNames), pastMetricSchema);
export type Past = z.infer<typeof pastSchema>;

/** The past that a report shows; `null` where nothing is recorded. */
export function pastOf(series: Series): Past | null {
  const past: Past = {};
  for (const name of metricNames) {
    const points = pointsOf(series, name);
    if (points.length === 0) continue;
    const move = lastMove(points);
    past[name] = {
      values: points.slice(-valuesLimit).map(({ metric }) => metric.value),
      commits: points.length,
      moved:
        move === undefined
          ? null
          : {
              commit: move.line.commit,
              time: move.line.time,
              subject: move.line.subject,
              from: move.from,
              to: move.to,
              ...(move.gateBefore === undefined ? {} : { gate: [move.gateBefore, move.line.gate] }),
            },
    };
  }
  return Object.keys(past).length === 0 ? null : past;
}
