import { propertyOf } from '../basics/records.ts';
import { gateVersion } from '../basics/version.ts';
import type { GateReport } from '../report/report-schema.ts';
import type { RunContext } from './context.ts';
import { stringAt } from './payload.ts';

/** The schema's caps: problems, and characters of one. */
const problemsLimit = 200;
const problemLimit = 2000;

/** The report of a run that could not begin, or of which nothing arrived: verdict `error`, and why. */
export function emptyReport(
  context: RunContext,
  targets: readonly string[] = [],
  problems: readonly string[] = [],
): GateReport {
  return {
    schemaVersion: 1,
    gate: gateVersion,
    base: null,
    head: { sha: headShaOf(context), label: 'head' },
    targets: targets.map((target) => target.slice(0, 200)),
    comparisons: [],
    schedules: [],
    notes: [],
    problems: problems.slice(0, problemsLimit).map((problem) => problem.slice(0, problemLimit)),
    configPath: null,
    verdict: 'error',
  };
}

/** The commit that is judged, by the event alone. */
function headShaOf(context: RunContext): string {
  const pull = stringAt(propertyOf(propertyOf(context.payload, 'pull_request'), 'head'), 'sha');
  const run = stringAt(propertyOf(context.payload, 'workflow_run'), 'head_sha');
  const sha = pull ?? run ?? context.sha;
  return /^[0-9a-f]{40,64}$/.test(sha) ? sha : '0'.repeat(40);
}
