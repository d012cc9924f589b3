import * as z from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { messageOf, UserError } from '../errors.ts';
import { type GateReport, gateReportSchema } from '../report/report-schema.ts';

/** Largest shard that is read, in bytes: ten thousand comparisons without layers, far above any real leg. */
export const shardBytesLimit = 64 * 1024 * 1024;

/** A key as artifacts' names and markers hold it. */
export const keySchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/);

/**
 * What one matrix leg uploads: its report, and which leg of which job it is, by which the report job knows how many others there must be.
 * Strict and capped, because it may come from a stranger's fork.
 */
const shardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  key: keySchema,
  leg: z.strictObject({
    job: z.string().max(200),
    jobId: z.number().int().nonnegative().nullable(),
    step: z.string().max(200),
    index: z.number().int().min(0).max(1000).nullable(),
    total: z.number().int().min(1).max(1000).nullable(),
    matrix: z.string().max(10_000),
  }),
  run: z.strictObject({ id: z.number().int().nonnegative(), attempt: z.number().int().nonnegative() }),
  report: gateReportSchema,
});
export type Shard = z.infer<typeof shardSchema>;

/** The shard in `text`; `UserError` naming `label` when it is not one. */
export function parseShard(text: string, label: string): Shard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The artifact ${label} is not the JSON of a shard: ${messageOf(error).slice(0, 200)}.`);
  }
  const parsed = shardSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `The artifact ${label} is not a shard of this version of the gate (${firstMistake(parsed.error, 'the shard')}); let both actions run the same version.`,
  );
}

/** The reports of shards, in an order that does not depend on which leg finished first. */
export function reportsOf(shards: readonly Shard[]): readonly GateReport[] {
  const order = (shard: Shard) =>
    `${shard.leg.job}\n${String(shard.leg.index ?? 0).padStart(5, '0')}\n${shard.leg.matrix}`;
  return [...shards]
    .sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
    .map((shard) => shard.report);
}
