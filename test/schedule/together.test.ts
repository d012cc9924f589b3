import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../src/formats/read-model.ts';
import type { Measurement } from '../../src/measurement/measurement.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { parseRecipe } from '../../src/optimize/recipe.ts';
import { runtimeFlash } from '../../src/runtimes/tflm/flash/flash.ts';
import { flashTogether, ramTogether } from '../../src/schedule/together.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { exact, measurement } from '../support/measurements.ts';

const nano = resolveTarget('arduino-nano-33-ble');
const file = (name: string) => `fixtures/kernels/${name}.tflite`;
const measured = async (path: string, target = nano): Promise<Measurement> =>
  (await measureModel(openModel(readFileSync(path), path), target, { recipe: parseRecipe('none') })).measurement;
const graphOf = (path: string) => readModel(readFileSync(path), path).graph;
const separate = { arenas: 'separate', inTurn: true } as const;

describe('one model', () => {
  test.each([
    'raspberry-pi-4/litert',
    'raspberry-pi-4/onnxruntime',
    'nucleo-l4r5zi/st-edge-ai',
    'arduino-nano-33-ble',

    'mimxrt1060-evk/glow',
  ])('needs on %s what it needs by itself', async (id) => {
    const target = resolveTarget(id);
    const path = /onnxruntime|glow/.test(id)
      ? 'fixtures/digits/base/digits.onnx'
      : 'fixtures/digits/base/digits-int8.tflite';
    const model = await measured(path, target);
    for (const sharing of [
      separate,
      { arenas: 'shared', inTurn: true },
      { arenas: 'separate', inTurn: false },
    ] as const)
      expect(ramTogether([model], sharing, target)?.value).toBe(model.peakRam?.value);
    expect(flashTogether([model], target)?.value).toBe(model.flash?.value);
  });
});

describe('flash of TensorFlow Lite Micro', () => {
  test.each([
    ['the same kernels', ['conv-2d-int8-3x3', 'conv-2d-int8-deep']],
    ['different kernels', ['conv-2d-int8-3x3', 'softmax-int8', 'fully-connected-int8', 'mean-int8']],
    ['int8 alone and other types', ['conv-2d-int8-3x3', 'softmax-float32']],
  ])('has the code of one image that runs all operators: %s', async (_, names) => {
    const models = await Promise.all(names.map((name) => measured(file(name))));
    const graphs = names.map((name) => graphOf(file(name)));
    const [first] = graphs;
    if (first === undefined) throw new Error('no graph');
    // A graph with all others as its subgraphs links exactly what all of them need.
    const whole = runtimeFlash({ ...first, subgraphs: graphs.slice(1) }, nano.board);
    const code = whole.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const bytes = models.reduce((sum, model) => sum + model.artifact.bytes, 0);
    expect(flashTogether(models, nano)?.value).toBe(bytes + code);
  });
});

describe('RAM', () => {
  const model = (own: number, runtime: number, stack: number, arena: number) =>
    measurement({
      peakRam: exact(own + runtime + stack + arena),
      parts: {
        peakRam: [
          { name: 'own', bytes: own },
          { name: 'runtime', bytes: runtime, shared: 'runtime' },
          { name: 'stack', bytes: stack, shared: 'stack' },
          { name: 'arena', bytes: arena, shared: 'arena' },
        ],
        flash: [],
      },
    });
  const models = [model(1, 1000, 40, 300), model(2, 1000, 50, 200)];

  test.each([
    ['separate', false, 3 + 1000 + 90 + 500],
    ['separate', true, 3 + 1000 + 50 + 500],
    ['shared', true, 3 + 1000 + 50 + 300],
  ] as const)('arenas %s, in turn %s', (arenas, inTurn, bytes) => {
    expect(ramTogether(models, { arenas, inTurn }, nano)?.value).toBe(bytes);
  });

  test('a model whose RAM is not known leaves the sum unknown', () => {
    expect(ramTogether([...models, measurement({ peakRam: null })], separate, nano)).toBeNull();
  });

  test('what a device measured may be less than what its parts were estimated to be', () => {
    const odd = { ...model(1, 1000, 40, 300), peakRam: { value: 900, unit: 'B', basis: 'measured' } as const };
    expect(ramTogether([odd], separate, nano)?.value).toBeGreaterThanOrEqual(900);
  });

  test('estimates that err the same way err in the sum', () => {
    const off = (error: number) => ({
      ...model(0, 0, 0, 100),
      peakRam: { ...exact(100), basis: 'modelled', error } as const,
    });
    expect(ramTogether([off(0.1), off(0.3)], separate, nano)).toMatchObject({ basis: 'modelled', error: 0.2 });
  });

  test('a runtime that shares no arena says so', async () => {
    const target = resolveTarget('raspberry-pi-4/litert');
    const lite = await measured('fixtures/digits/base/digits-int8.tflite', target);
    const [apart, together] = (['separate', 'shared'] as const).map((arenas) =>
      ramTogether([lite, lite], { arenas, inTurn: true }, target),
    );
    expect(together?.value).toBe(apart?.value);
    expect(together?.source).toContain('LiteRT has none that models share');
  });
});
