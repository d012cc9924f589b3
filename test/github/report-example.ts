import type { GateReport } from '../../src/report/report-schema.ts';

/** The smallest report there is, about `targets`. */
export function reportExample(targets: readonly string[], changes: Partial<GateReport> = {}): GateReport {
  return {
    schemaVersion: 1,
    gate: '1.0.0',
    base: { sha: 'b'.repeat(40), label: 'main' },
    head: { sha: 'a'.repeat(40), label: 'pull request 7' },
    targets: [...targets],
    comparisons: [],
    schedules: [],
    notes: [],
    problems: [],
    configPath: null,
    verdict: 'pass',
    ...changes,
  };
}
