import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commit, git, initialise } from '../support/git-repository.ts';
import { copyAction } from './copy-action.ts';

/** The bundles alone, as a runner starts them: no installed packages, next to nothing in the environment. */
describe('the bundles run by themselves', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-bundle-'));
    copyAction(path.join(folder, 'action'));
    mkdirSync(path.join(folder, 'temporary'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function start(bundle: string, directory: string, environment: Readonly<Record<string, string>> = {}) {
    const files = { GITHUB_OUTPUT: path.join(folder, 'output'), GITHUB_STEP_SUMMARY: path.join(folder, 'summary') };
    for (const file of Object.values(files)) writeFileSync(file, '');
    const node = process.env.EDGE_READY_E2E_NODE ?? process.execPath;
    const { status, stdout, stderr } = spawnSync(node, [path.join(folder, 'action', 'dist', bundle)], {
      cwd: directory,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        RUNNER_TEMP: path.join(folder, 'temporary'),
        GITHUB_ACTIONS: 'true',
        GITHUB_WORKSPACE: directory,
        GITHUB_REPOSITORY: 'acme/models',
        ...files,
        ...environment,
      },
    });
    expect(`${stdout}${stderr}`).not.toMatch(
      /ERR_MODULE|Cannot find (module|package)|Dynamic require|is not defined|SyntaxError|A bug in/,
    );
    return {
      status,
      stdout,
      stderr,
      outputs: readOutputs(files.GITHUB_OUTPUT),
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    };
  }

  /** A checkout with a pull request that brings `fixture` in place of the base's model; gives the environment of its event. */
  function pullRequest(directory: string, fixture: string): Readonly<Record<string, string>> {
    initialise(directory, 'acme/models');
    const base = commit(directory, 'Models', { 'models/digits.tflite': { fixture: 'base/digits-int8.tflite' } });
    git(directory, 'update-ref', 'refs/remotes/origin/main', base);
    const head = commit(directory, 'Change', { 'models/digits.tflite': { fixture } });
    const event = path.join(folder, 'event.json');
    writeFileSync(
      event,
      JSON.stringify({ pull_request: { number: 7, head: { sha: head }, base: { ref: 'main', sha: base } } }),
    );
    return {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      INPUT_COMMENT: 'never',
      INPUT_UPLOAD: 'false',
    };
  }

  test.each([
    ['unchanged in size', 'worse/digits-int8.tflite', ['pass', 'warn'], 0],
    ['far larger', 'wider/digits-int8.tflite', ['warn', 'fail'], undefined],
  ])('main.js judges a model that is %s, without configuration', (_name, fixture, verdicts, code) => {
    const directory = path.join(folder, 'repository');
    const { status, outputs, summary, stdout } = start('main.js', directory, pullRequest(directory, fixture));
    expect(verdicts, stdout).toContain(outputs.verdict);
    if (code !== undefined) expect(status).toBe(code);
    expect(summary).toContain('models/digits.tflite');
    expect(JSON.parse(readFileSync(outputs.report ?? '', 'utf8'))).toMatchObject({
      schemaVersion: 1,
      verdict: outputs.verdict,
    });
    expect(existsSync(outputs.artifacts ?? '')).toBe(true);
  });

  test.each([
    ['no repository', {}, /^(?!.*\n {4}at )/s, 'error'],
    [
      'an input that is wrong',
      { 'INPUT_FAIL-ON': 'sometimes' },
      /Input `fail-on` must be one of `fail`, `warn`, `never`/,
      'error',
    ],
    ['an event that is no JSON', { GITHUB_EVENT_PATH: '/nowhere/event.json' }, /The event payload \/nowhere/, 'error'],
  ])('main.js with %s: one sentence, exit 2', (_name, environment, expected, verdict) => {
    const directory = path.join(folder, 'empty');
    mkdirSync(directory);
    const { status, stdout, outputs } = start('main.js', directory, {
      INPUT_COMMENT: 'never',
      INPUT_UPLOAD: 'false',
      ...environment,
    });
    expect(stdout).toMatch(expected);
    expect(stdout).toContain('::error');
    expect(stdout).not.toMatch(/^\s+at /m);
    expect([status, outputs.verdict]).toEqual([2, verdict]);
  });

  test('main.js with a broken configuration: each mistake with its line, exit 2', () => {
    const directory = path.join(folder, 'repository');
    const environment = pullRequest(directory, 'worse/digits-int8.tflite');
    git(directory, 'checkout', '--quiet', '-b', 'broken');
    const head = commit(directory, 'Break', { 'edge-ready.yml': { text: 'version: 1\nbudget: []\ntarget: {}\n' } });
    const event = JSON.parse(readFileSync(environment.GITHUB_EVENT_PATH ?? '', 'utf8')) as { pull_request: object };
    writeFileSync(
      environment.GITHUB_EVENT_PATH ?? '',
      JSON.stringify({ pull_request: { ...event.pull_request, head: { sha: head } } }),
    );
    const { status, stdout, outputs, summary } = start('main.js', directory, environment);
    expect([status, outputs.verdict]).toEqual([2, 'error']);
    expect(stdout).toMatch(/^edge-ready\.yml:2:1: .*budgets/m);
    expect(stdout).toMatch(/^edge-ready\.yml:3:1: .*targets/m);
    expect(summary).toMatch(/edge-ready\.yml.*budget/);
  });

  test('main.js refuses pull_request_target and says what to do', () => {
    const directory = path.join(folder, 'repository');
    const environment = {
      ...pullRequest(directory, 'worse/digits-int8.tflite'),
      GITHUB_EVENT_NAME: 'pull_request_target',
    };
    const { status, stdout, outputs } = start('main.js', directory, environment);
    expect([status, outputs.verdict]).toEqual([2, 'error']);
    expect(stdout).toMatch(/pull_request_target/);
  });

  test('report.js without an artifact service: one sentence, exit 2', () => {
    const { status, stdout, outputs, summary } = start('report.js', folder, { INPUT_COMMENT: 'never' });
    expect([status, outputs.verdict]).toEqual([2, 'error']);
    expect(stdout).toMatch(/could not list the legs' reports/);
    expect(summary).toMatch(/could not list the legs/);
  });
});

/** The outputs that a step wrote into its `GITHUB_OUTPUT` file: `name<<delimiter`, lines, `delimiter`. */
function readOutputs(file: string): Readonly<Record<string, string>> {
  const pattern = /^([\w-]+)<<(\S+)\r?\n([\s\S]*?)\r?\n\2$/gm;
  return Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name, , value]) => [name, value]),
  );
}
