import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { gateAction } from '../../src/github/gate-action.ts';
import { reportAction } from '../../src/github/report-action.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { runtimeToken } from '../support/fake-github/artifact-service.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { commit, git, initialise } from '../support/git-repository.ts';
import { type FaultRow, faultTable } from './fault-table.ts';

/** A budget that the head breaks: every row's verdict is `fail`, with exit code 1. */
const configuration = `version: 1
targets: { mcu: { board: arduino-nano-33-ble } }
budgets: [{ models: models/*, peak-ram: { max-increase: 1% } }]
`;

let github: FakeGitHub;
let folder = '';
let eventFile = '';
const repository = () => path.join(folder, 'repository');

// One server for all: the toolkit reads GITHUB_API_URL once, when it is loaded.
beforeAll(async () => {
  github = await startFakeGitHub();
  folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-faults-'));
  initialise(repository(), github.repository);
  const model = 'models/a.tflite';
  const base = commit(repository(), 'base', {
    'edge-ready.yml': { text: configuration },
    [model]: { fixture: 'base/digits-int8.tflite' },
  });
  git(repository(), 'update-ref', 'refs/remotes/origin/main', base);
  const head = commit(repository(), 'wider', { [model]: { fixture: 'wider/digits-int8.tflite' } });
  eventFile = path.join(folder, 'event.json');
  const pull = { number: 7, head: { sha: head, ref: 'wider' }, base: { sha: base, ref: 'main' } };
  writeFileSync(eventFile, JSON.stringify({ action: 'synchronize', number: 7, pull_request: pull }));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await github.close();
});

let printed = '';
beforeEach(() => {
  for (const list of [github.artifacts, github.comments, github.faults, github.pulls, github.jobs]) list.splice(0);
  github.blobs.clear();
  github.beforeRequest = () => {};
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  // Waiting is what clients do between tries; here it takes no time.
  const wait = globalThis.setTimeout;
  vi.stubGlobal('setTimeout', (task: (...of: unknown[]) => void, ms = 0, ...of: unknown[]) =>
    wait(() => task(...of), ms >= 200 ? ms / 1000 : ms),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

interface Outcome {
  readonly verdict: string;
  readonly exitCode: typeof process.exitCode;
  readonly commentUrl: string;
  /** What is said beside the verdict, in the summary, as annotations and in the log. */
  readonly summary: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** One run of an action in a job of its own. */
async function run(face: FaultRow['face'], changes: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const job = mkdtempSync(path.join(folder, 'job-'));
  mkdirSync(path.join(job, 'temporary'));
  for (const file of ['output', 'summary']) writeFileSync(path.join(job, file), '');
  const environment: Readonly<Record<string, string>> = {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: eventFile,
    GITHUB_JOB: 'measure',
    GITHUB_OUTPUT: path.join(job, 'output'),
    GITHUB_REPOSITORY: github.repository,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '5',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_STEP_SUMMARY: path.join(job, 'summary'),
    GITHUB_WORKFLOW_REF: 'acme/models/.github/workflows/models.yml@refs/pull/7/merge',
    GITHUB_WORKSPACE: repository(),
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: github.url,
    ACTIONS_RUNTIME_TOKEN: runtimeToken('5', 'job'),
    // Measured once for all rows.
    EDGE_READY_CACHE: path.join(folder, 'measured'),
    RUNNER_TEMP: path.join(job, 'temporary'),
    'INPUT_GITHUB-TOKEN': github.token,
    ...changes,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  printed = '';
  await (face === 'gate' ? gateAction : reportAction)(process.env, { timeoutMs: 300 });
  const output = readFileSync(path.join(job, 'output'), 'utf8');
  const lines = printed.split('\n');
  const said = (start: RegExp) =>
    lines.filter((line) => start.test(line)).map((line) => line.replace(/^::\w+[^:]*::/, ''));
  return {
    verdict: /^verdict<<(.*)\n(.*)\n\1$/m.exec(output)?.[2] ?? '',
    exitCode: process.exitCode,
    commentUrl: /^comment-url<<(.*)\n(.*)\n\1$/m.exec(output)?.[2] ?? '',
    summary: readFileSync(path.join(job, 'summary'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('> ⚠️ ')),
    warnings: said(/^::warning::/),
    errors: said(/^::error::/),
    lines,
    problems: problemsIn(/^report<<(.*)\n(.*)\n\1$/m.exec(output)?.[2] ?? ''),
  };
}

function problemsIn(report: string): readonly string[] {
  return gateReportSchema.parse(JSON.parse(readFileSync(report, 'utf8'))).problems;
}

/** Two legs that report without a fault. */
async function legs(): Promise<void> {
  for (const index of ['0', '1'])
    await run('gate', {
      INPUT_TARGET: index === '0' ? 'mcu' : 'generic-cortex-m4',
      'INPUT_JOB-INDEX': index,
      'INPUT_JOB-TOTAL': '2',
      'INPUT_JOB-MATRIX': JSON.stringify({ index }),
    });
  process.exitCode = undefined;
}

/** What was said in each row, as the documentation shows it. */
const said = new Map<FaultRow, string>();

describe('whatever GitHub does, the verdict is what was measured, and one sentence says what is missing', () => {
  test.each(faultTable)('$name', async (row) => {
    if (row.face === 'report') await legs();
    row.arrange?.(github);
    for (const fault of row.faults ?? []) github.faults.push({ ...fault, times: row.times ?? 999 });
    const outcome = await run(row.face, row.environment);

    const verdict = row.verdict ?? 'fail';
    expect([outcome.verdict, outcome.exitCode]).toEqual([verdict, verdict === 'fail' ? 1 : 2]);
    expect(outcome.commentUrl !== '').toBe(row.comments);
    const found = github.comments.filter(({ body }) => body.includes('<!-- edge-ready-gate:models -->'));
    expect(found.filter(({ body }) => !body.endsWith('old'))).toHaveLength(row.comments ? 1 : 0);

    if (row.verdict === 'error') {
      // The report tells what keeps it from judging; it is no trouble beside the verdict.
      expect(outcome.warnings).toEqual([]);
      expect(outcome.problems).toEqual([expect.stringMatching(row.says)]);
    } else if (row.name.startsWith('cache:')) {
      expect(outcome.warnings).toEqual([]);
      expect(linesOf(outcome)).toEqual([expect.stringMatching(row.says)]);
    } else {
      expect(outcome.warnings).toEqual(row.says === 'none' ? [] : [expect.stringMatching(row.says)]);
      expect(outcome.summary).toHaveLength(row.says === 'none' ? 0 : 1);
    }
    const [sentence = ''] = row.verdict === 'error' ? outcome.problems : [...outcome.warnings, ...linesOf(outcome)];
    said.set(row, sentence);
    // What is annotated as an error is the verdict, never what went wrong on the way.
    expect(outcome.errors.filter((line) => !/models\/a\.tflite|could not be judged/.test(line))).toEqual([]);
  });

  test('docs/faults.md is this table; else run this test with -u', async ({ skip }) => {
    if (said.size < faultTable.length) skip('not every row was run');
    await expect(page()).toMatchFileSnapshot('../../docs/faults.md');
  });
});

const linesOf = ({ lines }: Outcome) => lines.filter((line) => line.startsWith('The cache '));

function page(): string {
  const rows = faultTable.slice(1).map((row) => {
    const sentence = (said.get(row) ?? '')
      .replace(/127\.0\.0\.1(:\d+)?/g, 'api.github.com')
      .replace(/-[0-9a-f]{8}(?= )/g, '')
      .replace(/edge-ready-measurements-[\w-]+/g, 'edge-ready-measurements-…')
      // Which of them Node says depends on when it notices.
      .replace(/\((other side closed|read ECONNRESET|socket hang up|fetch failed)\)/g, '(other side closed)')
      .replaceAll('|', '\\|');
    return `| ${row.name} | ${sentence === '' ? '—' : sentence} | ${row.comments ? 'yes' : 'no'} | ${row.verdict ?? 'as measured'} |`;
  });
  return `${introduction}\n\n| what goes wrong | what the gate says | comment | verdict |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

const introduction = `# When GitHub does not answer

The verdict is what was measured, whatever becomes of the comment, the artifacts and the cache. What could not be done is one sentence, as a
warning of the step and at the end of its summary (of the cache: in the log), with the permission or setting to change. Only where the report
job can't have what the legs measured there is nothing to judge, and the verdict is \`error\`. Failures that pass (5xx, broken connections,
rate limits of up to 90 seconds) are waited for and tried again; a dash says that nothing is left to say.

Each row is a test against a GitHub of our own whose requests and answers are held to GitHub's OpenAPI description:
\`npx vitest run test/github/faults.test.ts\`.`;
