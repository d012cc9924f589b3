import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openRepository } from '../../src/changes/repository.ts';
import { gateAction } from '../../src/github/gate-action.ts';
import { readHistory } from '../../src/history/files.ts';
import { gitStore } from '../../src/history/git-store.ts';
import { recordLines } from '../../src/history/record.ts';
import { filesOf, storeCommit } from '../support/fake-github/git-database.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { commit, git, initialise } from '../support/git-repository.ts';

const configuration = `version: 1
targets: { mcu: { board: arduino-nano-33-ble } }
budgets: [{ models: models/*, peak-ram: { max-increase: 10% since v1.0.0 } }]
`;
const model = (kind: string) => ({ 'models/a.tflite': { fixture: `${kind}/digits-int8.tflite` } });
const branch = 'edge-ready-history';

let github: FakeGitHub;
let folder = '';
const repository = () => path.join(folder, 'repository');

beforeAll(async () => {
  github = await startFakeGitHub();
  folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-history-flow-'));
  initialise(repository(), github.repository);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await github.close();
});

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** One run of the measuring action as the only leg of its job; gives its verdict. */
async function run(event: string, payload: object, inputs: Readonly<Record<string, string>>): Promise<string> {
  const job = mkdtempSync(path.join(folder, 'job-'));
  mkdirSync(path.join(job, 'temporary'));
  for (const file of ['output', 'summary']) writeFileSync(path.join(job, file), '');
  const eventFile = path.join(job, 'event.json');
  writeFileSync(eventFile, JSON.stringify(payload));
  const environment: Readonly<Record<string, string>> = {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: eventFile,
    GITHUB_OUTPUT: path.join(job, 'output'),
    GITHUB_REPOSITORY: github.repository,
    GITHUB_RUN_ID: '5',
    GITHUB_STEP_SUMMARY: path.join(job, 'summary'),
    GITHUB_WORKSPACE: repository(),
    EDGE_READY_CACHE: path.join(folder, 'measured'),
    RUNNER_TEMP: path.join(job, 'temporary'),
    'INPUT_GITHUB-TOKEN': github.token,
    INPUT_UPLOAD: 'false',
    INPUT_HISTORY: 'true',
    ...inputs,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  await gateAction(process.env, { timeoutMs: 5000 });
  return /^verdict<<(.*)\n(.*)\n\1$/m.exec(readFileSync(path.join(job, 'output'), 'utf8'))?.[2] ?? '';
}

/** Pushes a model to main, here and on the fake, and runs the gate on it. */
async function push(kind: string, message: string): Promise<void> {
  const before = git(repository(), 'rev-parse', 'main');
  const after = commit(repository(), message, model(kind));
  // The fake does not share git's objects, only their ids.
  for (const sha of [before, after]) {
    const id = storeCommit(github, sha === after ? message : 'before', 1_760_000_000 + github.objects.size);
    github.objects.set(sha, github.objects.get(id) ?? { type: 'blob', bytes: Buffer.alloc(0) });
  }
  const payload = { ref: 'refs/heads/main', before, after, repository: { default_branch: 'main' } };
  await run('push', payload, { 'INPUT_FAIL-ON': 'never' });
}

test('pushes to main are recorded on the branch, and a pull request is shown and judged by them', async () => {
  commit(repository(), 'Wide', { ...model('wider'), 'edge-ready.yml': { text: configuration } });
  await push('base', 'Merge pull request #3 from acme/narrow\n\nNarrower second layer');
  git(repository(), 'tag', 'v1.0.0');
  await push('worse', 'Retrained');
  expect(printed).toMatch(/Recorded 1 line on the branch edge-ready-history\./);
  const { lines } = readHistory(filesOf(github, branch));
  expect(lines.map(({ subject }) => subject)).toEqual(['before', 'Narrower second layer (#3)', 'Retrained']);
  expect([...filesOf(github, branch).keys()]).toEqual(['.nojekyll', '2025-10.jsonl', 'index.html']);

  // What actions/checkout with fetch-depth: 0 brings.
  await recordLines(gitStore(await openRepository(repository()), branch), {
    lines: () => lines,
    message: 'x',
    page: () => '',
  });
  git(repository(), 'update-ref', `refs/remotes/origin/${branch}`, branch);
  git(repository(), 'update-ref', '-d', `refs/heads/${branch}`);
  git(repository(), 'update-ref', 'refs/remotes/origin/main', 'main');
  const base = git(repository(), 'rev-parse', 'main');
  git(repository(), 'checkout', '--quiet', '-b', 'wide');
  const head = commit(repository(), 'Wide again', model('wider'));
  const tip = github.refs.get(`refs/heads/${branch}`);
  const pull = { number: 7, head: { sha: head, ref: 'wide' }, base: { sha: base, ref: 'main' } };
  const verdict = await run('pull_request', { action: 'synchronize', number: 7, pull_request: pull }, {});
  expect(verdict).toBe('fail');
  expect(github.comments).toHaveLength(1);
  const [comment] = github.comments;
  expect(comment?.body).toContain('since v1.0.0, +25.6 % > 10 %');
  expect(comment?.body).toMatch(
    /\*\*Where the numbers have been\*\*[\s\S]*peak RAM `█▁▁█`[\s\S]*moved last by [0-9a-f]{7} “Narrower second layer/,
  );
  // A pull request records nothing.
  expect(github.refs.get(`refs/heads/${branch}`)).toBe(tip);
});
