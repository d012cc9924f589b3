import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { listChanges } from '../../src/changes/list-changes.ts';
import { modelMatcher } from '../../src/changes/matcher.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { insideRepository } from '../../src/changes/tree.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { withForwardSlashes } from '../../src/config/windows-path.ts';
import { readCsv } from '../../src/data/csv.ts';
import { cleanRelativePath } from '../../src/formats/onnx/external-data.ts';
import { runGate } from '../../src/gate.ts';
import { readRunContext } from '../../src/github/context.ts';
import { readGateInputs } from '../../src/github/inputs.ts';
import { parseBoard } from '../../src/targets/load.ts';
import { commit, type Files, git } from '../support/git-repository.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-windows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(folder, 'repository-'));
  git(directory, 'init', '--quiet', '--initial-branch=main');
});

describe('separators of Windows', () => {
  test.each([
    ['models\\kws.onnx', 'models/kws.onnx'],
    ['models\\*.onnx', 'models/*.onnx'],
    ['models\\kws?\\größe.onnx', 'models/kws?/größe.onnx'],
    ['a\\_b', 'a/_b'],
    ['models/kws.onnx', undefined],
    ['\\*.onnx', undefined],
    ['models/\\[draft\\].onnx', undefined],
    ['models/\\{a,b\\}', undefined],
    ['a\\\\', undefined],
  ])('%s is meant as %s', (written, meant) => {
    expect(withForwardSlashes(written)).toBe(meant);
  });

  test.each([
    ['models: [{ path: models\\*.onnx }]', /must have "\/" between folders, on Windows too: "models\/\*\.onnx"/],
    ['models: [{ path: a.onnx, calibration: data\\c.npz }]', /"data\/c\.npz"/],
    ['models: [{ path: a.onnx, calibration: "C:\\\\data\\\\c.npz" }]', /path inside the repository/],
    ['models: [{ path: a.onnx, calibration: "..\\\\c.npz" }]', /path inside the repository|"\/"/],
    ['targets: { mine: { file: boards\\mine.yml } }', /"boards\/mine\.yml"/],
    ['budgets: [{ models: models\\kws*, flash: 1 MiB }]', /"models\/kws\*"/],
  ])('in the configuration are a mistake with its place: %s', (line, expected) => {
    const read = () => parseConfig(`version: 1\n${line}\n`, 'edge-ready.yml');
    expect(read).toThrow(expected);
    expect(read).toThrow(/^edge-ready\.yml:2:/);
  });

  test.each([
    [
      { INPUT_CONFIG: 'configs\\gate.yml' },
      /Input `config` must have `\/` between folders, on Windows too: `configs\/gate\.yml`/,
    ],
    [{ INPUT_MODELS: 'models\\**' }, /Input `models` must have .* `models\/\*\*`/],
  ])('in an input are a mistake: %j', (environment, expected) => {
    expect(() => readGateInputs(environment)).toThrow(expected);
  });
});

test('a configuration that is named as Windows does is not looked for in vain', async () => {
  commit(directory, 'base', {});
  await expect(runGate({ directory, configPath: 'configs\\gate.yml', targets: [], log: () => {} })).rejects.toThrow(
    'configs\\gate.yml is to be written with "/" between folders: configs/gate.yml',
  );
});

describe('paths that would leave the repository on Windows', () => {
  test.each(['C:\\x.npz', 'c:/x.npz', 'D:\\', '/x', '../x', 'a/../../x', 'a\0b'])('%j', (written) => {
    expect(() => insideRepository(written)).toThrow(/is not a path from|leaves the repository/);
  });
  test.each([
    '..\\x.bin',
    'a\\..\\..\\x.bin',
    'C:x.bin',
    'C:\\x.bin',
    '\\\\server\\share\\x.bin',
    'x.bin:stream',
    'file:///x',
  ])('of external data: %j', (written) => {
    expect(cleanRelativePath(written)).toBeUndefined();
  });
});

/** Line ends as a checkout with `core.autocrlf` has them, after the mark that editors of Windows put first. */
const windows = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`;

describe('files with line ends and byte order marks of Windows', () => {
  const configuration = `version: 1
targets: { mcu: { board: arduino-nano-33-ble } }
budgets:
  - models: models/*
    peak-ram: { max-increase: 1% }
`;

  test('edge-ready.yml says the same, mistakes are at the same places', () => {
    expect(parseConfig(windows(configuration), 'x.yml')).toEqual(parseConfig(configuration, 'x.yml'));
    const wrong = configuration.replace('peak-ram', 'peak-rum');
    const mistake = (text: string) => {
      try {
        parseConfig(text, 'x.yml');
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
      return '';
    };
    expect(mistake(wrong)).toContain('x.yml:5:5');
    expect(mistake(windows(wrong))).toBe(mistake(wrong));
  });

  test.each(['arduino-nano-33-ble', 'stm32n6570-dk', 'raspberry-pi-4'])('the board file of %s says the same', (id) => {
    const text = readFileSync(`src/targets/boards/${id}.yml`, 'utf8');
    expect(parseBoard(windows(text), 'mine.yml')).toEqual(parseBoard(text, 'mine.yml'));
  });

  test('a CSV has the same rows', () => {
    const csv = 'a,b,label\n1,2,0\n3,4,1\n';
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(readCsv(bytes(windows(csv)), 'x.csv')).toEqual(readCsv(bytes(csv), 'x.csv'));
  });

  test('the event of a workflow is read', () => {
    const file = path.join(folder, 'event.json');
    writeFileSync(file, windows(JSON.stringify({ pull_request: { number: 7 } }, null, 2)));
    expect(readRunContext({ GITHUB_EVENT_PATH: file }).payload).toEqual({ pull_request: { number: 7 } });
  });

  test('inputs of several lines are read', () => {
    const inputs = readGateInputs({
      INPUT_TARGET: 'nano33\r\npi4\r\n',
      INPUT_MODELS: 'models/**\r\n!models/draft/**\r\n',
      'INPUT_JOB-MATRIX': '{\r\n  "target": "nano33"\r\n}',
    });
    expect(inputs).toMatchObject({
      targets: ['nano33', 'pi4'],
      models: ['models/**', '!models/draft/**'],
      leg: { matrix: '{"target":"nano33"}' },
    });
  });

  test('a repository that holds them is judged as one that does not', async () => {
    const files = (text: (content: string) => string): Files => ({
      'edge-ready.yml': { text: text(configuration) },
      'models/a.tflite': { fixture: 'base/digits-int8.tflite' },
    });
    const judged = async (text: (content: string) => string) => {
      directory = mkdtempSync(path.join(folder, 'repository-'));
      git(directory, 'init', '--quiet', '--initial-branch=main');
      commit(directory, 'base', files(text));
      git(directory, 'checkout', '--quiet', '-b', 'change');
      commit(directory, 'head', { 'models/a.tflite': { fixture: 'wider/digits-int8.tflite' } });
      const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
      return { ...report, base: null, head: null };
    };
    const crlf = await judged(windows);
    expect(crlf.verdict).toBe('fail');
    expect(crlf).toEqual(await judged((text) => text));
  });
});

describe('a checkout as git makes it on Windows', () => {
  const changed = async (base: string, head: string) => {
    const range = { base: { sha: base, label: 'base' }, head: { sha: head, label: 'head' }, how: 'test' };
    const changes = await listChanges(await openRepository(directory), range, modelMatcher());
    return changes.map(({ state, path: file, previousPath }) => [state, file, previousPath]);
  };
  const settings = () => {
    for (const [key, value] of [
      ['core.ignorecase', 'true'],
      ['core.autocrlf', 'true'],
      ['core.symlinks', 'false'],
      ['core.filemode', 'false'],
    ])
      git(directory, 'config', String(key), String(value));
  };

  test('a rename that only changes letter case is a rename', async () => {
    const base = commit(directory, 'base', { 'models/KWS.tflite': { fixture: 'base/digits-int8.tflite' } });
    git(directory, 'mv', 'models/KWS.tflite', 'models/kws.tflite');
    const head = commit(directory, 'head', {});
    settings();
    expect(await changed(base, head)).toEqual([['renamed', 'models/kws.tflite', 'models/KWS.tflite']]);
  });

  test('two models whose names differ in letter case alone stay two', async () => {
    const base = commit(directory, 'base', { 'a.tflite': { fixture: 'base/digits-int8.tflite' } });
    const head = commit(directory, 'head', {
      'A.tflite': { fixture: 'wider/digits-int8.tflite' },
      'a.tflite': { fixture: 'worse/digits-int8.tflite' },
    });
    settings();
    expect(await changed(base, head)).toEqual([
      ['new', 'A.tflite', undefined],
      ['compared', 'a.tflite', undefined],
    ]);
  });

  test('a configuration that only changed its line ends in the work tree changes nothing', async () => {
    settings();
    const head = commit(directory, 'base', {
      'edge-ready.yml': { text: 'version: 1\r\ntargets: { mcu: { board: arduino-nano-33-ble } }\r\n' },
      'models/a.tflite': { fixture: 'base/digits-int8.tflite' },
    });
    expect(git(directory, 'show', `${head}:edge-ready.yml`)).not.toContain('\r');
    const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
    expect(report).toMatchObject({ verdict: 'pass', comparisons: [], problems: [] });
    expect(report.notes.join()).not.toContain('not committed');
  });

  test('a Git LFS pointer with line ends of Windows is one', async () => {
    const pointer = (oid: string) =>
      `version https://git-lfs.github.com/spec/v1\r\noid sha256:${oid.repeat(64)}\r\nsize 5000\r\n`;
    const base = commit(directory, 'base', { 'a.onnx': { text: pointer('a') } });
    const head = commit(directory, 'head', { 'a.onnx': { text: pointer('b') } });
    expect(await changed(base, head)).toEqual([['lfs-pointer', 'a.onnx', undefined]]);
  });
});
