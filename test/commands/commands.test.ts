import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/program.ts';
import { readModel } from '../../src/formats/read-model.ts';
import { comparisonSchema } from '../../src/judge/comparison.ts';
import { measurementSchema } from '../../src/measurement/measurement.ts';
import { metricNames } from '../../src/measurement/metric-names.ts';
import { loadOnnxRuntime } from '../../src/onnx-runtime/load.ts';

const digits = path.resolve('fixtures', 'digits');
const model = (name: string) => path.join(digits, name);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line in this process; gives what it printed and its exit code. */
async function run(...args: readonly string[]) {
  let result = '';
  let note = '';
  const code = await runCommandLine(args, {
    result: (text) => {
      result += text;
    },
    note: (text) => {
      note += `${text}\n`;
    },
  });
  return { code, result, note };
}

describe('measure', () => {
  test.each([
    ['base/digits-int8.tflite', 'nucleo-l4r5zi'],
    ['base/digits-float.tflite', 'generic-cortex-m55'],
    ['base/digits.onnx', 'raspberry-pi-4'],
  ])('%s on %s: a Measurement, every metric a number or a reason', async (name, target) => {
    const { code, result } = await run('measure', model(name), '--target', target, '--json');
    expect(code).toBe(0);
    const measurement = measurementSchema.parse(JSON.parse(result));
    expect(measurement.deployable).toBe(true);
    for (const metric of metricNames) {
      expect(measurement[metric] ?? measurement.unavailable[metric]).toBeTruthy();
      expect(measurement[metric] === null).toBe(measurement.unavailable[metric] !== undefined);
    }
    expect(measurement.model.macs).toBeGreaterThan(50_000);
    for (const metric of ['peakRam', 'flash'] as const) {
      const parts = measurement.parts[metric].reduce((sum, { bytes }) => sum + bytes, 0);
      expect(parts).toBeCloseTo(measurement[metric]?.value ?? Number.NaN, 0);
    }
    const latency = measurement.layers.reduce((sum, layer) => sum + (layer.latency ?? 0), 0);
    expect(latency).toBeLessThanOrEqual((measurement.latency?.value ?? 0) * (1 + 1e-9));
  });

  test('how long a battery lasts, where it is said how often the model runs', async () => {
    const of = (...options: readonly string[]) =>
      run('measure', model('base/digits-int8.tflite'), '--target', 'arduino-nano-33-ble', '--json', ...options);
    const { result } = await of('--every', '1s', '--battery', 'CR2032');
    const { latency, duty, averagePower, batteryLife } = measurementSchema.parse(JSON.parse(result));
    expect(duty?.value).toBeCloseTo((latency?.value ?? 0) / 1000, 12);
    expect(batteryLife).toMatchObject({ unit: 'days', basis: 'modelled' });
    const awake = measurementSchema.parse(JSON.parse((await of('--every', '1s', '--sleep', '5mW')).result));
    expect(awake.averagePower?.value).toBeGreaterThan((averagePower?.value ?? 0) + 4);
    for (const wrong of [
      ['--every', '1'],
      ['--battery', 'AA'],
      ['--every', '1s', '--battery', 'AAAA'],
    ]) {
      expect((await of(...wrong)).code).toBe(2);
    }
  });

  test('without a target: the default board', async () => {
    const { result } = await run('measure', model('base/digits-int8.tflite'), '--json');
    expect(measurementSchema.parse(JSON.parse(result)).target.id).toBe('generic-cortex-m4/tflm');
  });

  test('accuracy is measured where an evaluation set is given', async () => {
    const set = ['--evaluation', path.join(digits, 'evaluation.npz')];
    const { result } = await run('measure', model('base/digits.onnx'), '--target', 'raspberry-pi-4', ...set, '--json');
    expect(measurementSchema.parse(JSON.parse(result)).accuracy).toMatchObject({ value: 594 / 600, basis: 'measured' });
  });
});

describe('optimize', () => {
  test('int8: a smaller model, whole, that is read again', async () => {
    const output = path.join(folder, 'out.onnx');
    const calibration = ['--recipe', 'int8', '--calibration', path.join(digits, 'calibration.npz')];
    const { code } = await run(
      'optimize',
      model('wider/digits.onnx'),
      '--target',
      'raspberry-pi-4',
      '--output',
      output,
      ...calibration,
    );
    expect(code).toBe(0);
    const { graph } = readModel(readFileSync(output), output);
    expect(graph.operators.some(({ type }) => type === 'QuantizeLinear')).toBe(true);
    expect(readdirSync(folder)).toEqual(['out.onnx']);
  });

  test.each([[], ['--recipe', 'int8', '--calibration', path.join(digits, 'calibration.npz')]])(
    "in ONNX Runtime's own format: %j, with the results of the .onnx",
    async (...recipe) => {
      const files = ['out.onnx', 'out.ort'].map((name) => path.join(folder, name));
      for (const output of files) {
        const target = ['--target', 'raspberry-pi-4', '--output', output];
        expect((await run('optimize', model('base/digits.onnx'), ...target, ...recipe)).code).toBe(0);
      }
      expect(readdirSync(folder)).toEqual(['out.onnx', 'out.ort']);
      expect(
        readFileSync(files[1] ?? '')
          .subarray(4, 8)
          .toString(),
      ).toBe('ORTM');
      const runtime = await loadOnnxRuntime();
      const results = await Promise.all(
        files.map(async (file) => {
          const session = await runtime.open(readFileSync(file), { integerKernels: true });
          const data = Float32Array.from({ length: 256 }, (_, index) => (index % 17) / 16);
          const [input] = session.inputs;
          const shape = input?.shape.map((extent) => (typeof extent === 'number' ? extent : 1)) ?? [];
          const size = shape.reduce((product, extent) => product * extent, 1);
          const given = { dtype: 'float32', shape, data: data.slice(0, size) } as const;
          const found = await session.run({ [input?.name ?? '']: given });
          await session.close();
          return Object.values(found).flatMap((value) => Array.from(value.data, Number));
        }),
      );
      expect(results[0]?.length).toBeGreaterThan(1);
      for (const [index, value] of (results[0] ?? []).entries()) expect(results[1]?.[index]).toBeCloseTo(value, 2);

      // What was written is measured as it is, and nothing else loads it.
      const evaluation = ['--evaluation', path.join(digits, 'evaluation.npz')];
      const there = await run(
        'measure',
        files[1] ?? '',
        '--target',
        'raspberry-pi-4/onnxruntime',
        ...evaluation,
        '--json',
      );
      expect([there.code, JSON.parse(there.result)]).toMatchObject([
        0,
        {
          model: { format: 'ort' },
          artifact: { format: 'ort', recipe: 'none' },
          accuracy: { unit: 'ratio' },
          deployable: true,
        },
      ]);
      const again = await run(
        'optimize',
        files[1] ?? '',
        '--target',
        'raspberry-pi-4',
        '--output',
        path.join(folder, 'again.ort'),
      );
      expect([again.code, existsSync(path.join(folder, 'again.ort'))]).toEqual([2, false]);
      expect(again.note).toContain('optimise the .onnx that it was made from');
      const elsewhere = await run('measure', files[1] ?? '', '--target', 'nucleo-l4r5zi', '--json');
      expect(elsewhere.result).toContain(
        'TensorFlow Lite Micro loads .tflite; a .ort is already rewritten for ONNX Runtime',
      );
    },
  );

  test("ONNX Runtime's own format is for ONNX Runtime", async () => {
    const output = path.join(folder, 'out.ort');
    const { code, note } = await run('optimize', model('base/digits.onnx'), '--output', output);
    expect([code, existsSync(output)]).toEqual([2, false]);
    expect(note).toContain('generic-cortex-m4/tflm does not load it');
  });

  test('auto makes a model that its target loads as it is better all the same, and as C on request', async () => {
    const output = path.join(folder, 'out.tflite');
    const code = path.join(folder, 'model');
    const input = model('base/digits-int8.tflite');
    expect(
      (await run('optimize', input, '--target', 'nucleo-l4r5zi', '--output', output, '--c-source', code)).code,
    ).toBe(0);
    expect(readFileSync(output).byteLength).toBeLessThan(readFileSync(input).byteLength);
    expect(readdirSync(folder).sort()).toEqual(['model.c', 'model.h', 'out.tflite']);
  });

  test('a recipe that cannot be carried out leaves nothing behind, also not of what was there', async () => {
    const output = path.join(folder, 'out.onnx');
    writeFileSync(output, 'mine');
    const { code, note } = await run(
      'optimize',
      model('base/digits.onnx'),
      '--target',
      'raspberry-pi-4',
      '--recipe',
      'int16x8',
      '--output',
      output,
    );
    expect(code).toBe(2);
    expect(note).toContain('Use int8.');
    expect(readFileSync(output, 'utf8')).toBe('mine');
  });
});

test('compare: deltas and the verdict by the board and the default increase', async () => {
  const [base, head] = [model('base/digits-int8.tflite'), model('wider/digits-int8.tflite')];
  const { code, result } = await run('compare', base, head, '--target', 'nucleo-l4r5zi', '--json');
  const comparison = comparisonSchema.parse(JSON.parse(result));
  expect(comparison.verdict).toBe('warn');
  expect(code).toBe(0);
  expect(comparison.deltas.flash?.absolute).toBeGreaterThan(0);
});

test('targets: all boards, and one with its sources', async () => {
  expect((await run('targets')).result).toContain('nucleo-l4r5zi');
  const { result } = await run('targets', 'nucleo-l4r5zi');
  expect(result).toMatch(/clockHz +120 MHz +\w+/);
  expect(result).toContain('Sources');
});

test('demo: the comment of a pull request that fails, exit 0', async () => {
  const { code, result } = await run('demo');
  expect(code).toBe(0);
  expect(result).toContain('❌');
  expect(result).toMatch(/`models\/sensor\.onnx` on `nano33` would pass with recipe `int8\+prune-channels=\d+%`/);
  expect(result).toContain('recipe `lossless` saves');
  expect(result).toContain('models/gateway.onnx');
  expect(result).toContain('❌ models/wake.tflite now misses its deadline of 26 ms');
  for (const target of ['nano33', 'esp32', 'pi4']) expect(result).toContain(`| \`${target}\` |`);
}, 240_000);

describe('bad input: one sentence, exit 2, no stack', () => {
  const good = model('base/digits-int8.tflite');
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no such model', ['measure', 'nope.tflite', '--target', 'generic-cortex-m4'], /no file nope\.tflite/],
    ['a folder', ['measure', digits, '--target', 'generic-cortex-m4'], /folder/],
    ['not a model', ['measure', path.join(digits, '..', 'train.py'), '--target', 'generic-cortex-m4'], /train\.py/],
    ['no such board', ['measure', good, '--target', 'nucleo-l4r5zu'], /Did you mean "nucleo-l4r5zi"/],
    ['no such runtime', ['measure', good, '--target', 'nucleo-l4r5zi/tlfm'], /tflm/],
    ['no such recipe', ['measure', good, '--recipe', 'int9'], /int9/],
    [
      'no such metric',
      ['measure', good, '--evaluation', path.join(digits, 'evaluation.npz'), '--metric', 'top-9'],
      /top-9/,
    ],
    ['no such data set', ['measure', good, '--evaluation', 'nope.npz'], /nope\.npz/],
    ['no such command', ['frobnicate'], /frobnicate/],
    [
      'no place to write',
      ['optimize', good, '--output', path.join('/', 'no', 'such', 'place.tflite')],
      /place\.tflite/,
    ],
  ];
  test.each(cases)('%s', async (_, args, said) => {
    const { code, result, note } = await run(...args);
    expect(code).toBe(2);
    expect(result).toBe('');
    expect(note).toMatch(said);
    expect(note).not.toMatch(/^\s+at /m);
    expect(existsSync('place.tflite')).toBe(false);
  });

  test('every truncation of a model', async () => {
    const bytes = readFileSync(good);
    for (let length = 1; length < bytes.length; length += 997) {
      const cut = path.join(folder, 'cut.tflite');
      writeFileSync(cut, bytes.subarray(0, length));
      const { code, note } = await run('measure', cut, '--target', 'generic-cortex-m4');
      expect([code, note.trim().split('\n').length]).toEqual([2, 1]);
      expect(note).toContain('cut.tflite');
    }
  });
});

test('sensitivity: the operators of a float model, the worst first', async () => {
  const { code, result } = await run(
    'sensitivity',
    model('base/digits-float.tflite'),
    '--calibration',
    model('calibration.npz'),
    '--json',
  );
  expect(code).toBe(0);
  const rows = JSON.parse(result) as { type: string; int8Decibels: number | null; share: number }[];
  expect(rows.map(({ type }) => type)).toContain('DEPTHWISE_CONV_2D');
  const shares = rows.map(({ share }) => share);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  expect((await run('sensitivity', model('base/digits-int8.tflite'))).code).toBe(2);
});
