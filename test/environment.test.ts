import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../src/commands/program.ts';
import { commit, git } from './support/git-repository.ts';

/** What must be nowhere in what is written; it stands in a variable of every kind that a job may have. */
const canary = 'canary-4f1d2c';
const variables = {
  SOME_SECRET: `${canary}-secret`,
  NPM_TOKEN: `${canary}-npm`,
  GITHUB_TOKEN: `${canary}-github`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${canary}-oidc`,
  AWS_SECRET_ACCESS_KEY: `${canary}-aws`,
  DATABASE_URL: `https://user:${canary}@db.example`,
  INPUT_ANYTHING: `${canary}-input`,
  USER: `${canary}-user`,
  EDGE_READY_ANYTHING: `${canary}-own`,
  LANGUAGE: `${canary}-language`,
};
const token = `${canary}-the-actions-own-token`;

let folder = '';
let repository = '';
let printed = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-canary-'));
  repository = path.join(folder, 'repository');
  mkdirSync(repository);
  git(repository, 'init', '--quiet', '--initial-branch=main');
  const kws = { fixture: 'base/digits-int8.tflite' };
  commit(repository, 'base', {
    'models/a.tflite': kws,
    'edge-ready.yml': { text: 'version: 1\ntargets: { mcu: nucleo-l4r5zi, pi: raspberry-pi-4 }\n' },
  });
  git(repository, 'checkout', '--quiet', '-b', 'change');
  commit(repository, 'head', {
    'models/a.tflite': { fixture: 'wider/digits-int8.tflite' },
    'models/b.tflite': { text: 'this is no model' },
    'models/c.onnx': { fixture: 'base/digits.onnx' },
  });
  printed = '';
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

/** Names and contents of all files below a folder. */
function filesIn(root: string): string {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(path.join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n');
}

describe('nothing of the environment is in what is written', () => {
  it.each(['text', 'markdown', 'json', 'sarif', 'junit'])('by the command line: check --format %s', async (format) => {
    vi.spyOn(process, 'cwd').mockReturnValue(repository);
    const output = path.join(folder, 'output');
    await runCommandLine(['check', '--base', 'main', '--format', format, '--output', output]);
    vi.mocked(process.cwd).mockRestore();
    expect(printed).toContain('models/a.tflite');
    expect(filesIn(output)).toContain('models/a.tflite');
    expect(`${printed}${filesIn(output)}`).not.toContain(canary);
  });

  it('by the action, which tells the runner to mask its token and says it nowhere else', async () => {
    const files = { GITHUB_OUTPUT: 'output', GITHUB_STEP_SUMMARY: 'summary', GITHUB_ENV: 'env', GITHUB_STATE: 'state' };
    const left = path.join(folder, 'left');
    mkdirSync(left);
    for (const [name, file] of Object.entries(files)) {
      writeFileSync(path.join(left, file), '');
      vi.stubEnv(name, path.join(left, file));
    }
    const inputs = { BASE: 'main', COMMENT: 'never', UPLOAD: 'false', 'GITHUB-TOKEN': token };
    for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name}`, value);
    vi.stubEnv('GITHUB_WORKSPACE', repository);
    vi.stubEnv('RUNNER_TEMP', left);
    vi.stubEnv('GITHUB_REPOSITORY', 'acme/models');
    vi.stubEnv('GITHUB_EVENT_NAME', '');
    await import('../src/main.ts');
    const masks = printed.split('\n').filter((line) => line.startsWith('::add-mask::'));
    expect(masks).toEqual([`::add-mask::${token}`]);
    expect(printed.indexOf('::add-mask::')).toBe(0);
    expect(printed.replace(masks[0] ?? '', '')).not.toContain(canary);
    const everything = filesIn(left);
    expect(everything).toContain('models/a.tflite');
    expect(everything).not.toContain(canary);
  });
});
