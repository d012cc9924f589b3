import type { Comparison } from '../judge/comparison.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { GateReport } from '../report/report-schema.ts';
import { type Shard, shardBytesLimit } from './shard.ts';

/** As many as a report may have. */
const notesLimit = 200;

/**
 * A shard as it is uploaded. One that the report job would not read for its size goes without layers, memory maps and diffs of what passes, and says so;
 * numbers and verdicts stay. `undefined` where it is still too large.
 */
export function shardText(shard: Shard, bytesLimit = shardBytesLimit): string | undefined {
  const fitting = (text: string | undefined) =>
    text !== undefined && Buffer.byteLength(text) <= bytesLimit ? text : undefined;
  return fitting(jsonOf(shard)) ?? fitting(jsonOf({ ...shard, report: withoutDetails(shard.report) }));
}

/** `undefined` for what is longer than any text can be. */
function jsonOf(shard: Shard): string | undefined {
  try {
    return JSON.stringify(shard);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function withoutDetails(report: GateReport): GateReport {
  const isPassing = ({ verdict }: Comparison) => verdict === 'pass';
  const count = report.comparisons.filter(isPassing).length;
  const note = `Layers, memory maps and diffs of the ${count} comparisons that pass on ${report.targets.join(', ')} are left out of this report, which would be too large with them.`;
  return {
    ...report,
    comparisons: report.comparisons.map((comparison) => (isPassing(comparison) ? plainly(comparison) : comparison)),
    notes: [note.slice(0, 2000), ...report.notes].slice(0, notesLimit),
  };
}

function plainly(comparison: Comparison): Comparison {
  const { base, head, saving } = comparison;
  return {
    ...comparison,
    base: base && numbersOf(base),
    head: head && numbersOf(head),
    diff: null,
    saving: saving && { ...saving, measurement: numbersOf(saving.measurement) },
  };
}

function numbersOf(measurement: Measurement): Measurement {
  const { memory } = measurement;
  if (memory === null) return { ...measurement, layers: [] };
  const { ownPlan: _, ...rest } = memory;
  return { ...measurement, layers: [], memory: { ...rest, buffers: [] } };
}
