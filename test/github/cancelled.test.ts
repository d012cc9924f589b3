import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../support/build-program.ts';
import { commit, git, initialise } from '../support/git-repository.ts';

/** What the action leaves for others to read, from the folder of the step. */
const files = ['report.json', 'report.html', 'comment.md'] as const;

describe('a job that is cancelled', () => {
  let folder: string;
  let bundle: Awaited<ReturnType<typeof buildProgram>>;
  let eventFile: string;

  beforeAll(async () => {
    bundle = await buildProgram('src/main.ts');
    folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-cancelled-'));
    const repository = path.join(folder, 'repository');
    initialise(repository, 'acme/models');
    const base = commit(repository, 'base', { 'm/a.tflite': { fixture: 'base/digits-int8.tflite' } });
    git(repository, 'update-ref', 'refs/remotes/origin/main', base);
    const head = commit(repository, 'wider', { 'm/a.tflite': { fixture: 'wider/digits-int8.tflite' } });
    eventFile = path.join(folder, 'event.json');
    const pull = { number: 7, head: { sha: head, ref: 'wider' }, base: { sha: base, ref: 'main' } };
    writeFileSync(eventFile, JSON.stringify({ number: 7, pull_request: pull }));
  });
  afterAll(() => {
    bundle.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the action, and ends it as soon as `isTime` says so of the step's folder and the outputs. */
  async function run(isTime: (left: string, outputs: string) => boolean) {
    const job = mkdtempSync(path.join(folder, 'job-'));
    mkdirSync(path.join(job, 'temporary'));
    const output = path.join(job, 'output');
    for (const file of ['output', 'summary']) writeFileSync(path.join(job, file), '');
    const child = spawn(process.execPath, [bundle.program], {
      cwd: path.join(folder, 'repository'),
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: job,
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: eventFile,
        GITHUB_OUTPUT: output,
        GITHUB_REPOSITORY: 'acme/models',
        GITHUB_STEP_SUMMARY: path.join(job, 'summary'),
        GITHUB_WORKFLOW_REF: 'acme/models/.github/workflows/models.yml@refs/heads/main',
        GITHUB_WORKSPACE: path.join(folder, 'repository'),
        RUNNER_TEMP: path.join(job, 'temporary'),
        INPUT_CACHE: 'false',
        INPUT_COMMENT: 'never',
        INPUT_TARGET: 'nucleo-l4r5zi',
        INPUT_UPLOAD: 'false',
      },
    });
    const left = path.join(job, 'temporary', 'edge-ready', 'models', 'nucleo-l4r5zi');
    const watch = setInterval(() => {
      if (isTime(left, readFileSync(output, 'utf8'))) child.kill('SIGTERM');
    }, 1);
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, by) => resolve(by)));
    clearInterval(watch);
    const found = files.filter((file) => existsSync(path.join(left, file)));
    return {
      signal,
      texts: new Map(found.map((file) => [file, readFileSync(path.join(left, file), 'utf8')])),
      outputs: readFileSync(output, 'utf8'),
      scratch: existsSync(left) ? readdirSync(left).filter((name) => name.startsWith('.writing-')) : [],
    };
  }

  test('leaves whole files or none, and names none that is not there', async () => {
    const whole = await run(() => false);
    expect([...whole.texts.keys()]).toEqual(files);
    expect(whole.outputs).toMatch(/^verdict<<.*\n(warn|fail)$/m);
    expect(whole.scratch).toEqual([]);

    const has = (name: string) => (left: string) => existsSync(path.join(left, name));
    const begun = (left: string) => existsSync(left) && readdirSync(left).some((name) => name.startsWith('.writing-'));
    const written = (left: string) =>
      begun(left) && readdirSync(left, { recursive: true }).some((name) => String(name).endsWith('report.html'));
    const moments = [begun, written, has('comment.md'), has('report.json'), (_: string, text: string) => text !== ''];
    const ends = await Promise.all(moments.map(run));
    // It may have ended before it was told to, but not where nothing had been written yet.
    expect(ends[0]).toMatchObject({ signal: 'SIGTERM', outputs: '' });
    expect(ends[0]?.texts.size).toBe(0);
    for (const { texts, outputs } of ends) {
      for (const [file, text] of texts) expect(text === whole.texts.get(file), file).toBe(true);
      if (/^report<</m.test(outputs)) expect(texts.has('report.json')).toBe(true);
      if (outputs !== '') expect(outputs).not.toMatch(/^verdict<<.*\npass$/m);
    }
  });
});
