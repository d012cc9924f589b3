import { propertyOf } from '../basics/records.ts';
import { UserError } from '../errors.ts';
import type { OtherRun } from './artifacts.ts';
import type { ClientOptions } from './client.ts';
import type { RunContext } from './context.ts';
import { numberAt } from './payload.ts';
import { listRunJobs, type RunJob } from './run-jobs.ts';

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

/** The jobs of the run that measured, in all its attempts. @throws what Octokit throws, or UserError where there is nobody to ask. */
export async function jobsOfMeasuringRun(
  context: RunContext,
  token: string,
  patience: ClientOptions = {},
): Promise<readonly RunJob[]> {
  if (context.repository === null) throw new UserError('there is no repository to ask for (GITHUB_REPOSITORY)');
  if (token === '') throw new UserError('`github-token` is empty');
  const { id } = measuringRunOf(context);
  return listRunJobs({ ...context.repository, runId: id, token, apiUrl: context.apiUrl }, patience);
}
