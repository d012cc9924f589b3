import type { OtherRun } from './artifacts.ts';
import type { RunContext } from './context.ts';
import { numberAt, propertyOf } from './payload.ts';

/** For `workflow_run`, the run that triggered this one and measured; null for every other event: this run measured itself. */
export function otherRunOf(context: RunContext, token: string): OtherRun | null {
  if (context.eventName !== 'workflow_run' || context.repository === null) return null;
  const runId = numberAt(propertyOf(context.payload, 'workflow_run'), 'id');
  return runId === undefined ? null : { ...context.repository, runId, token };
}

/** The run and attempt that measured: for `workflow_run` the one that triggered this. By it a comment is told to be newer, whoever wrote it and whenever. */
export function measuringRunOf(context: RunContext): RunContext['run'] {
  if (context.eventName !== 'workflow_run') return context.run;
  const run = propertyOf(context.payload, 'workflow_run');
  return { id: numberAt(run, 'id') ?? 0, attempt: numberAt(run, 'run_attempt') ?? 1 };
}
