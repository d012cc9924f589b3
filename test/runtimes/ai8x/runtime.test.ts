import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetsFor } from '../../../src/config/budgets.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { buildNetwork } from '../../../src/reference-networks/build-network.ts';
import { limitsOf } from '../../../src/runtimes/ai8x/limits.ts';
import { ai8x } from '../../../src/runtimes/ai8x/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { poweredAs } from '../../../src/targets/other-conditions.ts';

const target = resolveTarget('max78000/ai8x');
const limits = limitsOf(target);
const estimateOf = (graph: Graph) => ai8x.estimate({ format: 'tflite', bytes: new Uint8Array(), graph }, target);
const network = (input: readonly number[], ...steps: readonly string[]) => estimateOf(buildNetwork({ input, steps }));
const codes = ({ findings }: ReturnType<typeof estimateOf>) => findings.map(({ code }) => code);
const messages = ({ findings }: ReturnType<typeof estimateOf>) => findings.map(({ message }) => message).join('\n');

describe('networks within the limits', () => {
  const cifar = network(
    [32, 32, 3],
    'conv 60 3x3',
    'max-pool 2x2/2',
    'conv 64 3x3',
    'average-pool global',
    'dense 10',
    'softmax',
  );

  test('run on the accelerator as a whole, with the soft maximum on the CPU', () => {
    expect(cifar.deployable).toBe(true);
    expect(cifar.layers.map(({ unit }) => unit)).toEqual(['npu', 'npu', 'npu', 'npu', 'npu', 'npu', 'cpu']);
    expect(codes(cifar)).toEqual(['compiler-missing']);
  });

  test('cost the cycles of their layers, pooling with the convolution behind it', () => {
    const [conv, pool, second] = cifar.layers.map(({ latency }) => Math.round((latency ?? 0) * 50_000));
    expect(pool).toBe(0);
    // The first is the layer of ai8x-synthesis's own tests, with 60 outputs for 64: 67,981 less 4 × 32 × 32.
    expect(conv).toBe(67_981 - 4 * 32 * 32);
    expect(second).toBeGreaterThan(16 * 16 * (5 + 64));
  });

  test('count weights of a byte, biases of a byte, and data of four channels to a word', () => {
    expect(cifar.flash).toMatchObject({ value: 27 * 60 + 540 * 64 + 640 + 60 + 64 + 10, bound: 'at-least' });
    expect(cifar.peakRam).toBeNull();
    // 32 × 32 of 60 channels and 16 × 16 of 64 while the second convolution runs.
    expect(cifar.dataMemory).toMatchObject({ value: 76 * 1024, unit: 'B', basis: 'modelled' });
    // Of 3 input channels 60 kernels in each of 3 processors, of 60 then 64 in each of 60, and of the dense layer 640 bytes in words of 9.
    expect(cifar.weightMemory?.value).toBe(9 * (3 * 60 + 60 * 64 + 64 * 2));
  });

  test('have no energy by the power of the CPU, but by what the owner says the accelerator takes', () => {
    expect(target.board.power.activeMilliwatts?.value).toBeGreaterThan(0);
    expect(cifar.energy).toBeNull();
    expect(cifar.unavailable.energy).toContain('takes while its accelerator works is not published');
    for (const { energy, unit } of cifar.layers) expect(energy === null).toBe(unit === 'npu');
    const stated = { ...target, board: poweredAs(target.board, { activeMilliwatts: 30 }) };
    const graph = buildNetwork({ input: [32, 32, 3], steps: ['conv 60 3x3'] });
    const { latency, energy } = ai8x.estimate({ format: 'tflite', bytes: new Uint8Array(), graph }, stated);
    expect(energy?.value).toBeCloseTo((30 * (latency?.value ?? 0)) / 1000, 9);
  });

  test('a sum of two results is a layer, and joins the convolution behind it', () => {
    const sum = (...rest: string[]) => network([16, 16, 8], 'conv 8 3x3 as a', 'conv 8 3x3', 'add a', ...rest);
    const cycles = (of: ReturnType<typeof network>) =>
      of.layers.map(({ latency }) => Math.round((latency ?? 0) * 50_000));
    expect(cycles(sum())[2]).toBe(16 * 16 * (2 * 2 + 1));
    expect(cycles(sum('conv 8 1x1'))[2]).toBe(0);
  });
});

describe('what the accelerator refuses, with what to do', () => {
  test.each([
    ['conv 16 5x5', 'Two of 3×3 see as far'],
    ['conv 16 3x3/2', 'pool before it'],
    ['depthwise 3x3', 'groups are not supported'],
    ['max-pool 17x17/17', 'is the largest window'],
    ['max-pool 3x3/2', 'padding, which is not there'],
    ['conv 1025 1x1', 'has 1025 channels'],
    ['conv 513 1x1', '513 outputs with a bias'],
    ['dense 1025', 'has 1025 outputs'],
  ])('%s', (step, words) => {
    const refused = network([17 * 2, 17 * 2, 4], step, 'conv 8 1x1');
    expect(refused).toMatchObject({ deployable: false, latency: null, flash: null, energy: null });
    expect(codes(refused)).toContain('unsupported-operator');
    expect(messages(refused)).toContain(words);
  });

  test('a vector of too many positions', () => {
    expect(messages(network([17, 17, 4], 'dense 4'))).toContain('as one vector');
    expect(network([16, 16, 4], 'dense 4').deployable).toBe(true);
  });

  test('a network of separable convolutions, operator by operator', () => {
    const file = 'fixtures/digits/base/digits-int8.tflite';
    const refused = estimateOf(readTflite(readFileSync(file), file));
    expect(messages(refused)).toContain('it is depthwise');
    expect(messages(refused)).toContain('RELU6');
    expect(refused.deployable).toBe(false);
  });
});

describe('limits of the whole network', () => {
  test('33 layers', () => {
    expect(network([4, 4, 4], '32 x [conv 4 1x1]').deployable).toBe(true);
    expect(messages(network([4, 4, 4], '33 x [conv 4 1x1]'))).toContain('becomes 33 layers');
  });

  test('weight memory: 65 channels take as much as 128', () => {
    // 768 words: 12 layers of 64 outputs fill it, 6 of them with more than 64 inputs.
    const narrow = '12 x [conv 64 3x3]';
    expect(network([8, 8, 64], narrow).deployable).toBe(true);
    expect(messages(network([8, 8, 64], '13 x [conv 64 3x3]'))).toContain('weight memory');
    expect(network([8, 8, 64], 'conv 68 1x1', 'conv 64 3x3').deployable).toBe(true);
    expect(codes(network([8, 8, 64], '6 x [conv 128 3x3]'))).toContain('does-not-fit');
  });

  test('data memory, and what streams instead', () => {
    expect(messages(network([80, 80, 3], 'conv 64 3x3', 'conv 64 3x3'))).toContain('of data memory');
    const streamed = network([224, 224, 3], 'conv 8 3x3', 'max-pool 4x4/4', 'conv 8 3x3');
    expect(codes(streamed)).toContain('streaming');
    expect(streamed.deployable).toBe(true);
    expect(messages(network([200, 200, 3], '9 x [conv 4 1x1]'))).toContain('must stream; 8 can');
  });
});

test('more outputs never take less time, and always more weights', () => {
  const extent = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      extent,
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 130 }),
      (size, channels, outputs) => {
        const [less, more] = [outputs, outputs + 1].map((each) => network([size, size, channels], `conv ${each} 3x3`));
        expect(more?.latency?.value).toBeGreaterThanOrEqual(less?.latency?.value ?? Number.POSITIVE_INFINITY);
        expect(more?.flash?.value).toBeGreaterThan(less?.flash?.value ?? Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: 50 },
  );
});

describe("the accelerator's own memories", () => {
  test('are as large on the board as its processors have them', () => {
    const { dataBytes, weightBytes } = target.board.runtimes.ai8x?.accelerator ?? {};
    const {
      processors = 0,
      processorsPerMemory = 1,
      dataInstanceBytes = 0,
      weightWords = 0,
      weightWordBytes = 0,
    } = limits ?? {};
    expect(dataBytes?.value).toBe((processors / processorsPerMemory) * dataInstanceBytes);
    expect(weightBytes?.value).toBe(processors * weightWords * weightWordBytes);
  });

  test('are limits of a target that has them, and of no other', () => {
    const limited = (id: string) =>
      budgetsFor(null, 'model.tflite', resolveTarget(id), { rule: 'base' })
        .filter(({ metric }) => metric === 'dataMemory' || metric === 'weightMemory')
        .map(({ metric, limit, level }) => [metric, limit, level]);
    expect(limited('max78000/ai8x')).toEqual([
      ['dataMemory', { kind: 'max', value: 512 * 1024 }, 'error'],
      ['weightMemory', { kind: 'max', value: 432 * 1024 }, 'error'],
    ]);
    expect(limited('max78000/tflm')).toEqual([]);
  });

  test('fail a network that is too large for them, with a sentence', () => {
    const wide = network([64, 64, 64], 'conv 128 3x3', 'conv 128 3x3', 'conv 128 3x3', 'conv 128 3x3', 'conv 64 3x3');
    expect(wide.weightMemory?.value).toBeGreaterThan(432 * 1024);
    expect(wide.dataMemory?.value).toBeGreaterThan(512 * 1024);
    expect(wide.deployable).toBe(false);
    expect(messages(wide)).toContain('432 KiB of weight memory');
    expect(messages(wide)).toContain('512 KiB of data memory');
  });

  test('are not known of a network that is refused', () => {
    const refused = network([32, 32, 3], 'conv 16 5x5');
    expect(refused.dataMemory).toBeUndefined();
    expect(refused.unavailable.dataMemory).toContain('refuses');
  });
});
