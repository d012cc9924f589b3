import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initCommand } from '../../src/commands/init.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Ask } from '../../src/init/ask.ts';
import { boardOfName } from '../../src/init/board-names.ts';
import { workflowText } from '../../src/init/workflow-text.ts';
import { commit, git, initialise } from '../support/git-repository.ts';

type Content = string | Uint8Array;
const model = readFileSync('fixtures/digits/base/digits-int8.tflite');
const onnx = readFileSync('fixtures/digits/base/digits.onnx');
const samples = readFileSync('fixtures/digits/calibration.npz');

describe('edge-ready init', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-init-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const started = (files: Readonly<Record<string, Content>>) => {
    initialise(directory, 'me/devices');
    const contents = Object.entries(files).map(([file, content]) => [
      file,
      typeof content === 'string' ? { text: content } : { bytes: content },
    ]);
    commit(directory, 'start', Object.fromEntries(contents));
  };
  const run = async (options: { readonly yes?: true; readonly forks?: true } = { yes: true }, ask?: Ask) => {
    const heard = { result: '', notes: [] as string[] };
    const output = {
      result: (text: string) => {
        heard.result += text;
      },
      note: (text: string) => void heard.notes.push(text),
    };
    await initCommand(options, output, { directory, ask });
    return heard;
  };
  const written = (file: string) => readFileSync(path.join(directory, file), 'utf8');
  const configuration = () => parseConfig(written('edge-ready.yml'), 'edge-ready.yml');

  it.each<readonly [string, Readonly<Record<string, Content>>, readonly string[]]>([
    [
      'of PlatformIO',
      { 'platformio.ini': '[env:nano]\nboard = nano33ble\n[env:f4]\nboard = nucleo_f446re\n', 'lib/kws.tflite': model },
      ['arduino-nano-33-ble', 'nucleo-f446re'],
    ],
    [
      'of Zephyr',
      {
        'app/boards/nrf52840dk_nrf52840.overlay': '',
        'app/sample.yaml': 'tests:\n  a:\n    platform_allow:\n      - nucleo_l4r5zi\n',
        'm.tflite': model,
      },
      ['nucleo-l4r5zi', 'nrf52840-dk'],
    ],
    ['of ESP-IDF', { 'sdkconfig.defaults': 'CONFIG_IDF_TARGET="esp32s3"\n', 'main/m.tflite': model }, ['esp32-s3']],
    [
      'of STM32CubeMX',
      { 'fw.ioc': 'Mcu.Name=STM32L4R5Z\nboard=NUCLEO-L4R5ZI\n', 'm.tflite': model },
      ['nucleo-l4r5zi'],
    ],
    ['without any board', { 'models/a.onnx': onnx, 'models/b.onnx': onnx }, ['generic-cortex-m4']],
  ])('a repository %s gets its boards, a valid configuration and a workflow', async (_, files, boards) => {
    started(files);
    const { result, notes } = await run();
    expect(configuration().targets.map(({ name }) => name)).toEqual(boards);
    expect(written('edge-ready.yml')).toContain('# yaml-language-server: $schema=');
    expect(written('.github/workflows/edge-ready.yml')).toBe(workflowText(boards, false));
    for (const board of boards) expect(result).toContain(board);
    expect(result).toMatch(/KiB/);
    expect(notes.filter((note) => note.startsWith('Written'))).toHaveLength(2);
  });

  it('twice is as once', async () => {
    started({ 'm.tflite': model, 'platformio.ini': 'board = pico\n' });
    await run();
    const before = [
      written('edge-ready.yml'),
      readdirSync(path.join(directory, '.github/workflows')),
      readdirSync(directory),
    ];
    expect(git(directory, 'check-attr', 'diff', 'm.tflite')).toContain('edge-ready');
    const { notes } = await run();
    expect([
      written('edge-ready.yml'),
      readdirSync(path.join(directory, '.github/workflows')),
      readdirSync(directory),
    ]).toEqual(before);
    expect(notes.join('\n')).toContain('nothing was changed');
  });

  it('of a model that cannot be measured the whole reason stands below the table', async () => {
    started({ 'a.tflite': model, 'b.tflite': 'no model' });
    const { result } = await run();
    const [, fine, broken, reason = ''] = result.split('\n');
    expect(fine).toMatch(/^a\.tflite .* runs$/);
    expect(broken).toMatch(/^b\.tflite .* not measured$/);
    expect(reason).toMatch(/^b\.tflite on generic-cortex-m4: .+\.$/);
  });

  it('what somebody wrote is kept, whatever it says', async () => {
    started({
      'm.tflite': model,
      'edge-ready.yml': 'version: 1\n',
      '.github/workflows/ml.yml': 'jobs: { a: { steps: [ { uses: org/edge-ready-gate@v1 } ] } }\n',
    });
    await run();
    expect(written('edge-ready.yml')).toBe('version: 1\n');
    expect(readdirSync(path.join(directory, '.github/workflows'))).toEqual(['ml.yml']);
  });

  it('asks three questions at most, and again for a board that there is not', async () => {
    started({ 'm.tflite': model, 'data/calibration.npz': samples, 'data/test.npz': samples });
    const asked: string[] = [];
    const answers = ['nucleo-l4r5zy', 'nucleo-l4r5zi, pico', '', '-'];
    await run({}, async (question, proposal) => {
      asked.push(question);
      return answers.shift() || proposal;
    });
    expect(asked).toHaveLength(4);
    expect(asked[1]).toContain('nucleo-l4r5zi');
    const { targets, models } = configuration();
    expect(targets.map(({ name }) => name)).toEqual(['nucleo-l4r5zi', 'pico']);
    expect(models[0]?.settings.calibration).toBe('data/calibration.npz');
    expect(models[0]?.settings.evaluation).toBeUndefined();
  });

  it('with forks the comment is left to a workflow of its own', async () => {
    started({ 'm.tflite': model });
    await run({ yes: true, forks: true });
    expect(written('.github/workflows/edge-ready.yml')).toContain('comment: never');
    expect(written('.github/workflows/edge-ready-comment.yml')).toContain('workflow_run');
  });

  it('no git repository is one sentence', async () => {
    await expect(run()).rejects.toThrow(/not in a git repository/);
  });
});

describe('boardOfName', () => {
  it.each([
    ['nucleo_l4r5zi', 'nucleo-l4r5zi'],
    ['NUCLEO-L4R5ZI', 'nucleo-l4r5zi'],
    ['nrf52840dk/nrf52840', 'nrf52840-dk'],
    ['arduino:mbed_nano:nano33ble', 'arduino-nano-33-ble'],
    ['esp32s3', 'esp32-s3'],
    ['toaster', undefined],
  ])('%s', (name, board) => {
    expect(boardOfName(name)).toBe(board);
  });
});
