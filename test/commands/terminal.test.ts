import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/commands/output.ts';
import { openOutput, optionsOf } from '../../src/commands/process-output.ts';
import { runCommandLine } from '../../src/commands/program.ts';
import { openProgress, timeWords } from '../../src/commands/progress.ts';
import { type Look, paintWith } from '../../src/report/look.ts';
import { forTerminal } from '../../src/report/terminal.ts';

const begin = '\u001b';

/** A stream that remembers, a terminal where it has columns. */
function stream(columns?: number) {
  let text = '';
  return {
    ...(columns === undefined ? {} : { isTTY: true, columns, hasColors: () => true }),
    write: (more: string) => {
      text += more;
    },
    text: () => text,
  };
}

/** The command line on a terminal so wide. */
async function onTerminal(width: number | undefined, ...args: readonly string[]): Promise<string> {
  const stdout = stream(width);
  await runCommandLine(args, openOutput(stdout, stream(width), {}));
  return stdout.text();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
const withoutColour = (text: string) => text.replace(/\u001b\[\d+m/g, '');

describe('what a stream can show', () => {
  it.each([
    ['a pipe', undefined, {}, { colour: false }],
    ['a terminal', 80, {}, { width: 80, colour: true }],
    ['NO_COLOR', 80, { NO_COLOR: '1' }, { width: 80, colour: false }],
    ['NO_COLOR that is empty says nothing', 80, { NO_COLOR: '' }, { width: 80, colour: true }],
    ['FORCE_COLOR on a pipe', undefined, { FORCE_COLOR: '1' }, { colour: true }],
    ['FORCE_COLOR wins', 80, { FORCE_COLOR: '', NO_COLOR: '1' }, { width: 80, colour: true }],
    ['FORCE_COLOR=0', 80, { FORCE_COLOR: '0' }, { width: 80, colour: false }],
  ])('%s', (_, columns, environment, expected) => {
    expect(optionsOf(stream(columns), environment)).toEqual(expected);
  });
});

describe('tables', () => {
  const models = ['base', 'wider'].map((name) => `fixtures/digits/${name}/digits-int8.tflite`);
  const commands = [
    ['targets'],
    ['targets', 'imx93-evk'],
    ['measure', models[0] ?? '', '--target', 'nucleo-l4r5zi'],
    ['compare', ...models, '--target', 'nucleo-l4r5zi'],
  ];

  it.each(commands)('%s %s fits 80 and 200 columns, with colour, and is whole in a pipe', async (...args) => {
    const words = args.filter((word) => word !== undefined);
    for (const width of [80, 200]) {
      const text = await onTerminal(width, ...words);
      for (const line of withoutColour(text).split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
      expect(text).toContain(begin);
    }
    const piped = await onTerminal(undefined, ...words);
    expect(piped).not.toContain(begin);
    expect(piped).not.toMatch(/\S…\S/);
  });
});

describe('colours', () => {
  it('are the only thing a terminal obeys that stays, and only where there is colour', () => {
    const looks: readonly Look[] = ['good', 'warning', 'bad', 'faint', 'strong'];
    const text = looks.map((look) => paintWith({ colour: true })(look, look)).join(' ');
    expect(forTerminal(text, { colour: true })).toBe(text);
    expect(forTerminal(text)).not.toContain(begin);
    for (const attack of ['[2J', '[8m', '[31;8m', ']0;title\u0007', '[1A', 'c']) {
      expect(forTerminal(`${begin}${attack}`, { colour: true })).not.toContain(begin);
    }
  });
});

describe('progress', () => {
  it('on a terminal is a line that is replaced and goes away before anything else is written', () => {
    const stderr = stream(60);
    const output = openOutput(stream(60), stderr, {});
    output.status?.('10 %');
    output.status?.('20 %');
    output.note('done');
    const erase = `\r${begin}[K`;
    expect(stderr.text()).toBe(`10 %${erase}20 %${erase}done\n`);
  });

  it('says what is under way, how far it is and how long it takes', () => {
    const lines: string[] = [];
    let now = 0;
    const progress = openProgress(
      { ...silent, status: (line) => lines.push(line), noteOptions: { width: 70 } },
      () => now,
    );
    progress.step('a.tflite on pico', 0, 4);
    now = 6000;
    progress.step('b.tflite on pico', 1, 4);
    now = 7000;
    progress.samples(100, 200);
    progress.end();
    expect(lines).toEqual([
      '░░░░░░░░░░░░░░░░░░░░  0 of 4 · a.tflite on pico',
      '█████░░░░░░░░░░░░░░░  1 of 4 · 18 s left · b.tflite on pico',
      '████████░░░░░░░░░░░░  1 of 4 · 100 of 200 samples · 17 s left · b.tfli… pico',
      '',
    ]);
  });

  it('before the first step is done says what its samples take, and never goes back', () => {
    const lines: string[] = [];
    let now = 0;
    const progress = openProgress(
      { ...silent, status: (line) => lines.push(line), noteOptions: { width: 70 } },
      () => now,
    );
    progress.step('a.onnx on pico', 0, 2);
    now = 9000;
    progress.samples(1, 64);
    now = 10_000;
    progress.samples(32, 64);
    now = 20_000;
    progress.samples(1, 160);
    expect(lines).toEqual([
      '░░░░░░░░░░░░░░░░░░░░  0 of 2 · a.onnx on pico',
      '░░░░░░░░░░░░░░░░░░░░  0 of 2 · 1 of 64 samples · a.onnx on pico',
      '█████░░░░░░░░░░░░░░░  0 of 2 · 32 of 64 samples · a.onnx on pico',
      '█████░░░░░░░░░░░░░░░  0 of 2 · 1 of 160 samples · a.onnx on pico',
    ]);
    now = 24_000;
    progress.samples(40, 160);
    expect(lines.at(-1)).toBe('█████░░░░░░░░░░░░░░░  0 of 2 · 40 of 160 samples, 12 s more · a.onnx… pico');
  });

  it('elsewhere is lines', () => {
    const notes: string[] = [];
    openProgress({ ...silent, note: (line) => notes.push(line) }).step('a.tflite on pico', 0, 4);
    expect(notes).toEqual(['a.tflite on pico']);
  });

  it.each([
    [400, '1 s'],
    [40_000, '40 s'],
    [200_000, '3 min'],
    [5_400_000, '1 h 30 min'],
  ])('%d ms is %s', (duration, words) => {
    expect(timeWords(duration)).toBe(words);
  });
});

describe('errors are one line that says what to do', () => {
  it.each([
    [['measure', 'fixtures/digits/base/digits-int.tflite'], 'did you mean fixtures/digits/base/digits-int8.tflite?'],
    [['measure', 'fixtures/digits/base/digits.onnx', '--recipe', 'int9'], 'did you mean "int8"?'],
    [['check', '--base', 'no-such-branch'], 'Name a commit to compare with'],
    [['schedule', '--config', 'no-such.yml'], 'There is no file no-such.yml'],
    [['optimize', 'fixtures/digits/base/digits.onnx', '--output', 'no-such/x.tflite'], 'create it first'],
  ])('%j', async (args, expected) => {
    let notes = '';
    const note = (line: string) => {
      notes += `${line}\n`;
    };
    const output = { ...silent, note };
    expect(await runCommandLine(args, output)).toBe(2);
    const [error = '', ...rest] = notes.trim().split('\n').reverse();
    expect(error).toMatch(/^error: /);
    expect(error).toContain(expected);
    expect(rest.join('')).not.toContain('error');
  });
});

const silent: Output = { result: () => {}, note: () => {} };
