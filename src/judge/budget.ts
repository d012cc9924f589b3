import * as z from 'zod';
import { metricNames } from '../measurement/metric-names.ts';

/** What a budget may limit: the metrics, and what the model itself is. */
const budgetMetricSchema = z.enum([...metricNames, 'parameters', 'modelBytes']);
export type BudgetMetric = z.infer<typeof budgetMetricSchema>;

const sinceSchema = z.string().max(200).optional();
const increaseFields = { relative: z.number().optional(), absolute: z.number().optional() };

/**
 * One limit. Values are in the metric's unit (B, ms, mJ, mW, days, a ratio 0…1 for accuracy and the accelerated share, counts).
 * `max-increase` compares with the base: `relative` is a fraction (0.02 for 2 %), `absolute` is in the metric's unit; where both are given the increase must exceed both to fail.
 * `max-drop` is for ratios that should be high, in ratio (0.005 for 0.5 pp); of accuracy it is tested statistically.
 * `max-decrease` is `max-increase` for what should be high and is no ratio.
 * Those three compare with a tag or a commit instead of the base where they say `since`.
 */
const limitSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('max'), value: z.number() }),
  z.strictObject({ kind: z.literal('min'), value: z.number() }),
  z.strictObject({ kind: z.literal('max-increase'), ...increaseFields, since: sinceSchema }),
  z.strictObject({ kind: z.literal('max-drop'), points: z.number(), since: sinceSchema }),
  z.strictObject({ kind: z.literal('max-decrease'), ...increaseFields, since: sinceSchema }),
]);
export type Limit = z.infer<typeof limitSchema>;

/** The tag or commit that a limit compares with; `undefined` where it is the base, or nothing. */
export function sinceOf(limit: Limit): string | undefined {
  return 'since' in limit ? limit.since : undefined;
}

/** A limit on one metric with where it comes from. `rule` tells whether the base commit already had it (`base`), only the head has it (`new`), or it is ours (`default`). */
export const budgetSchema = z.strictObject({
  metric: budgetMetricSchema,
  limit: limitSchema,
  level: z.enum(['warn', 'error']),
  /** For people: `edge-ready.yml:24`, `use case keyword-spotting`, `RAM of nano33`. */
  origin: z.string().max(400),
  rule: z.enum(['base', 'new', 'default']),
  /** Where in the configuration, for annotations. */
  line: z.number().int().positive().optional(),
});
export type Budget = z.infer<typeof budgetSchema>;
