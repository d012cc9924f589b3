import * as z from 'zod';
import { comparisonSchema, verdictSchema } from '../judge/comparison.ts';
import { scheduleResultSchema } from '../schedule/schedule-result.ts';

/** A commit as a report names it. */
const commitSchema = z.strictObject({ sha: z.string().regex(/^[0-9a-f]{40,64}$/), label: z.string().max(400) });

/** What one run of the gate found: `report.json`, and the shard that a matrix leg uploads. Strict, because a shard may come from a stranger's fork. */
export const gateReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Version of the gate that made it. */
  gate: z.string().max(40),
  base: commitSchema.nullable(),
  head: commitSchema,
  /** Names of the targets that this run was asked to judge, so that one without models is still a column. */
  targets: z.array(z.string().max(200)).max(1000),
  comparisons: z.array(comparisonSchema).max(10_000),
  /** Models that share one core, where the change touches them. */
  schedules: z.array(scheduleResultSchema).max(1000),
  /** Sentences about the run as a whole: `this pull request changes edge-ready.yml; it is judged by the base's`. */
  notes: z.array(z.string().max(2000)).max(200),
  /** Why the run as a whole could not be judged. */
  problems: z.array(z.string().max(2000)).max(200),
  /** The configuration file that judged it, repository-relative, if any: where annotations point. */
  configPath: z.string().max(4096).nullable(),
  verdict: verdictSchema,
});
export type GateReport = z.infer<typeof gateReportSchema>;
