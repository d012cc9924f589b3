import type { OtherRun } from './artifacts.ts';
import type { RunContext } from './context.ts';
import { numberAt, propertyOf } from './payload.ts';

/** For `workflow_run`, the run that triggered this one and measured; null for every other event: this run measured itself. */
export function otherRunOf(context: RunContext, token: string): OtherRun | null {
  if (context.eventName !== 'workflow_run' || context.repository === null) return null;
  const runId = numberAt(propertyOf(context.payload, 'workflow_run'), 'id');
  return runId === undefined ? null : { ...context.repository, runId, token };
}
