import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { propertyOf } from '../basics/records.ts';
import { messageOf, UserError } from '../errors.ts';
import { stringAt } from './payload.ts';

/** `owner/name`, split. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** Where the gate runs: what the runner tells in its environment. `repository` is null outside GitHub Actions. */
export interface RunContext {
  readonly eventName: string;
  readonly payload: unknown;
  readonly repository: Repository | null;
  /** `GITHUB_SHA`; for pull requests the merge commit, not the head. */
  readonly sha: string;
  readonly apiUrl: string;
  /** Where people see the repository. */
  readonly repositoryUrl: string | null;
  readonly runUrl: string | null;
  /** Identifies this attempt of this run, so that an older run never overwrites what a newer one wrote. */
  readonly run: { readonly id: number; readonly attempt: number };
  /** The checkout. */
  readonly workspace: string;
  /** A folder of the job that the runner clears. */
  readonly temporary: string;
  /** File to append the job summary to; null where there is none. */
  readonly summaryPath: string | null;
  /** What keeps several gates of one repository apart unless the user names a key: the name of the workflow's file. */
  readonly workflowKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The runner's environment variables and event payload; `UserError` when the payload is not JSON. */
export function readRunContext(environment: Environment): RunContext {
  const payload = readPayload(environment.GITHUB_EVENT_PATH);
  const [owner, repo] = (environment.GITHUB_REPOSITORY ?? '').split('/');
  const server = environment.GITHUB_SERVER_URL ?? 'https://github.com';
  const runId = environment.GITHUB_RUN_ID;
  const repository = owner && repo ? { owner, repo } : null;
  return {
    eventName: environment.GITHUB_EVENT_NAME ?? '',
    payload,
    repository,
    sha: environment.GITHUB_SHA ?? '',
    apiUrl: environment.GITHUB_API_URL || 'https://api.github.com',
    repositoryUrl: repository === null ? null : `${server}/${owner}/${repo}`,
    runUrl: repository !== null && runId ? `${server}/${owner}/${repo}/actions/runs/${runId}` : null,
    run: { id: wholeNumber(runId), attempt: wholeNumber(environment.GITHUB_RUN_ATTEMPT) },
    workspace: environment.GITHUB_WORKSPACE || process.cwd(),
    temporary: environment.RUNNER_TEMP || os.tmpdir(),
    summaryPath: environment.GITHUB_STEP_SUMMARY || null,
    workflowKey: workflowKeyOf(environment, payload),
  };
}

/** The file name, without extension, of the workflow that measured: for `workflow_run` the one that triggered this, else this one. */
function workflowKeyOf(environment: Environment, payload: unknown): string {
  const measured = stringAt(propertyOf(payload, 'workflow_run'), 'path');
  const reference = measured ?? environment.GITHUB_WORKFLOW_REF?.split('@')[0] ?? environment.GITHUB_WORKFLOW ?? '';
  const name = path.posix.basename(reference.split('@')[0] ?? '').replace(/\.ya?ml$/, '');
  return slug(name) || 'gate';
}

/** A short name safe in artifact names, comment markers and paths. */
export function slug(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
}

function wholeNumber(value: string | undefined): number {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : 0;
}

function readPayload(file: string | undefined): unknown {
  if (!file) return undefined;
  try {
    // Decoded so, a byte order mark is left out.
    return JSON.parse(new TextDecoder().decode(readFileSync(file))) as unknown;
  } catch (error) {
    throw new UserError(`The event payload ${file} (GITHUB_EVENT_PATH) cannot be read: ${messageOf(error)}.`);
  }
}
