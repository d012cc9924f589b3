import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildForThisMachine } from '../../src/onnx-runtime/package/pinned.ts';
import { toolFolder } from '../../src/onnx-runtime/package/tool-folder.ts';
import { runtimeToken } from '../support/fake-github/artifact-service.ts';
import type { FakeGitHub } from '../support/fake-github/server.ts';
import type { RecordedEvent } from '../support/github-events.ts';
import { copyAction, project } from './copy-action.ts';

/** How the workflows name the action; act is told that it is the copy made by `prepareAction`. */
const actionReference = 'acme/edge-ready-gate@v1';

/** False where act is not installed. */
export const hasAct = spawnSync('act', ['--version']).status === 0;

/** What a step named `gate` left: its outcome and outputs. */
interface StepResult {
  readonly outcome: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** One run of a workflow. `jobs` by the job's name and matrix number (`measure-1`), `steps` by the name the workflow recorded them under. */
export interface ActRun {
  readonly code: number;
  readonly jobs: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, StepResult>>;
  /** The Node.js that the actions ran on. */
  readonly nodeVersion: string;
  readonly log: string;
}

/** A folder in which workflows are run. */
export interface Workspace {
  readonly folder: string;
  /** The checkout that act takes for the repository. */
  readonly repository: string;
}

/** Makes the action's folder and the tool cache that act's runner looks into. */
export function prepareAction(workspace: Workspace): void {
  copyAction(path.join(workspace.folder, 'action'));
  provideOnnxRuntime(path.join(workspace.folder, 'cache', 'act', 'tool_cache'));
}

/** Puts the installed ONNX Runtime where the runner's tool cache is, so that nothing is downloaded. */
function provideOnnxRuntime(toolCache: string): void {
  const folder = toolFolder(buildForThisMachine(), toolCache);
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  for (const name of ['onnxruntime-node', 'onnxruntime-common'])
    symlinkSync(path.join(project, 'node_modules', name), path.join(folder, 'node_modules', name));
  writeFileSync(`${folder}.complete`, '');
}

/** Runs the repository's workflows for an event under act, on this machine, against the fake GitHub. Two may run at once in workspaces of their own. */
export async function runEvent(
  workspace: Workspace,
  github: FakeGitHub,
  runId: number,
  event: RecordedEvent,
): Promise<ActRun> {
  const results = path.join(workspace.folder, 'results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results);
  const eventFile = path.join(workspace.folder, 'event.json');
  writeFileSync(eventFile, JSON.stringify(event.payload));
  const temporary = path.join(workspace.folder, 'runner-temp');
  mkdirSync(temporary, { recursive: true });
  const environment = {
    GITHUB_API_URL: github.url,
    GITHUB_RUN_ID: String(runId),
    // act leaves it out; the file's name is what keeps gates apart.
    GITHUB_WORKFLOW_REF: `${github.repository}/.github/workflows/models.yml@refs/heads/main`,
    ACTIONS_RESULTS_URL: `${github.url}/`,
    ACTIONS_RUNTIME_TOKEN: runtimeToken(String(runId), 'job'),
    LASTING_TEMP: temporary,
    RESULTS: results,
  };
  const { code, output } = await act(workspace, [
    event.name,
    '--eventpath',
    eventFile,
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--local-repository',
    `${actionReference}=${path.join(workspace.folder, 'action')}`,
    '--secret',
    `GITHUB_TOKEN=${github.token}`,
    '--json',
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ]);
  return {
    code,
    jobs: jobResults(output),
    steps: stepResults(results),
    nodeVersion: nodeVersion(workspace),
    log: readable(output),
  };
}

function act(workspace: Workspace, args: readonly string[]): Promise<{ code: number; output: string }> {
  const node = process.env.EDGE_READY_E2E_NODE;
  const search = [...(node === undefined ? [] : [path.dirname(node)]), process.env.PATH ?? ''].join(path.delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn('act', [...args], {
      cwd: workspace.repository,
      // A cache folder of its own, so that runs of different tests never meet.
      env: { PATH: search, HOME: workspace.folder, XDG_CACHE_HOME: path.join(workspace.folder, 'cache') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

interface LogLine {
  readonly job?: string;
  readonly jobResult?: string;
  readonly msg?: string;
}

function logLines(output: string): readonly LogLine[] {
  return output.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return line === '' ? [] : [{ msg: line }];
    }
  });
}

/** The last result that act gave for each job, by the job's name without the workflow's. */
function jobResults(output: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    logLines(output).flatMap(({ job, jobResult }) =>
      job === undefined || jobResult === undefined ? [] : [[job.slice(job.indexOf('/') + 1).trim(), jobResult]],
    ),
  );
}

const readable = (output: string): string =>
  logLines(output)
    .map(({ job, msg }) => `${job ?? ''} | ${(msg ?? '').trimEnd()}`)
    .join('\n');

/** Workflows write the version of the Node.js they see beside `$RESULTS`. */
function nodeVersion({ folder }: Workspace): string {
  const file = path.join(folder, 'node-version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

/** Workflows write `steps.gate` as JSON into `$RESULTS`. */
function stepResults(folder: string): Readonly<Record<string, StepResult>> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder).map((file) => [
      path.basename(file, '.json'),
      JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as StepResult,
    ]),
  );
}
