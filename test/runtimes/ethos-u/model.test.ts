import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { npuConfiguration, velaIni } from '../../../src/runtimes/ethos-u/configuration.ts';
import architectures from '../../../src/runtimes/ethos-u/model/architectures.json' with { type: 'json' };
import { findBlockU55 } from '../../../src/runtimes/ethos-u/model/block-u55.ts';
import { encodedWeights } from '../../../src/runtimes/ethos-u/model/encoded-weights.ts';
import { modelledFacts } from '../../../src/runtimes/ethos-u/model/modelled-facts.ts';
import { type NpuOperation, unitKernel } from '../../../src/runtimes/ethos-u/model/npu-operation.ts';
import { activation, tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

const base = { output: 'other', activation: 'none', upscale: 1, inputBits: 8, outputBits: 8 } as const;
const unit = architectures.u55.units['128'];

describe('blocks of an Ethos-U55-128', () => {
  // As Vela 5.2.0 prints them (--verbose-schedule) for these operations.
  it.each<[string, NpuOperation, readonly number[], readonly number[]]>([
    [
      'a convolution of 3 channels',
      {
        ...base,
        kind: 'convolution',
        ifm: { h: 32, w: 32, c: 3 },
        ofm: { h: 32, w: 32, c: 40 },
        kernel: { ...unitKernel, h: 3, w: 3 },
      },
      [4, 32, 16],
      [6, 34, 8],
    ],
    [
      'a convolution of 40 channels',
      {
        ...base,
        kind: 'convolution',
        ifm: { h: 32, w: 32, c: 40 },
        ofm: { h: 32, w: 32, c: 40 },
        kernel: { ...unitKernel, h: 3, w: 3 },
      },
      [8, 8, 32],
      [10, 10, 16],
    ],
    [
      'a sum',
      {
        ...base,
        kind: 'elementwise',
        output: 'add',
        ifm: { h: 32, w: 32, c: 40 },
        ifm2: { h: 32, w: 32, c: 40 },
        ofm: { h: 32, w: 32, c: 40 },
        kernel: unitKernel,
      },
      [8, 32, 16],
      [8, 32, 16],
    ],
  ])('%s', (_name, operation, ofm, ifm) => {
    const block = findBlockU55(operation, unit);
    expect([block?.ofm.h, block?.ofm.w, block?.ofm.c]).toStrictEqual(ofm);
    expect([block?.ifm.h, block?.ifm.w, block?.ifm.c]).toStrictEqual(ifm);
  });

  it('exist for every convolution, and are multiples of what is computed at once', () => {
    const extent = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(extent, extent, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 5 }), (h, w, c, k) => {
        const operation: NpuOperation = {
          ...base,
          kind: 'convolution',
          ifm: { h, w, c },
          ofm: { h, w, c },
          kernel: { ...unitKernel, h: k, w: k },
        };
        const block = findBlockU55(operation, unit);
        expect(block).toBeDefined();
        expect((block?.ofm.w ?? 1) % 2).toBe(0);
        expect((block?.ofm.c ?? 1) % 8).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('encoded weights', () => {
  const question = (channels: number, inputs: number) => ({
    operation: {
      ...base,
      kind: 'dense' as const,
      kernel: unitKernel,
      ifm: { h: 1, w: 1, c: inputs },
      ofm: { h: 1, w: 1, c: channels },
    },
    block: {
      ofm: { h: 2, w: 2, c: 128 },
      ifm: { h: 2, w: 2, c: 32 },
      micro: { h: 2, w: 2, c: 8 },
      isPartKernel: false,
      wideAccumulator: false,
    },
    timing: { isU85: false, cores: 1, macs: 256 },
  });
  const tensor = (data: Uint8Array) => ({ name: 'w', dtype: 'int8' as const, shape: [8, data.length / 8], data });
  const rows = fc.integer({ min: 4, max: 32 }).chain((count) => {
    const length = count * 64;
    return fc.uint8Array({ minLength: length, maxLength: length });
  });

  it('are hardly longer than they were, and shorter with zeros', () => {
    fc.assert(
      fc.property(rows, (data) => {
        const bytes = (of: Uint8Array) => encodedWeights(tensor(of), question(8, of.length / 8)).weightBytes;
        const dense = bytes(data);
        // A palette and rounding up, and input channels filled to 32.
        expect(dense).toBeLessThanOrEqual(data.length * 1.35 + 8 * 32 + 64);
        expect(bytes(data.map(() => 0))).toBeLessThanOrEqual(dense);
      }),
    );
  });

  it('of a part of the channels are no more than of all', () => {
    fc.assert(
      fc.property(rows, (data) => {
        const of = question(8, data.length / 8);
        const all = encodedWeights(tensor(data), of);
        const half = encodedWeights(tensor(data), of, 4, 4);
        expect(half.scaleBytes).toBe(48);
        expect(all.scaleBytes).toBe(80);
        expect(half.weightBytes).toBeLessThanOrEqual(all.weightBytes);
      }),
    );
  });
});

/** A chain of element-wise sums of a feature map with itself. */
function chain(length: number, shape: readonly number[]) {
  const tensors = Array.from({ length: length + 1 }, (_, index) => activation(`t${index}`, shape));
  const operators = Array.from({ length }, (_, index) =>
    tfliteOperator('MUL', { name: `t${index + 1}`, inputs: [index, index], outputs: [index + 1] }),
  );
  return tfliteGraph({ tensors, operators, inputs: [0], outputs: [length] });
}

describe.each([
  'ethos-u55-32',
  'ethos-u55-64',
  'ethos-u55-128',
  'ethos-u55-256',
  'ethos-u65-256',
  'ethos-u65-512',
  'ethos-u85-128',
  'ethos-u85-256',
  'ethos-u85-512',
  'ethos-u85-1024',
  'ethos-u85-2048',
])('our model of %s', (accelerator) => {
  const configuration = npuConfiguration(accelerator);
  it('has cycles for every operator, twice as many for twice the rows', () => {
    const facts = modelledFacts(chain(4, [1, 64, 64, 16]), configuration);
    expect(facts.operators.every(({ unit: on, cycles }) => on === 'npu' && cycles > 0)).toBe(true);
    const [one] = modelledFacts(chain(1, [1, 64, 64, 16]), configuration).operators;
    const [two] = modelledFacts(chain(1, [1, 128, 64, 16]), configuration).operators;
    expect((two?.cycles ?? 0) / (one?.cycles ?? 1)).toBeGreaterThan(1.7);
    expect((two?.cycles ?? 0) / (one?.cycles ?? 1)).toBeLessThan(2.3);
  });
  it('gives the same answer twice', () => {
    const graph = chain(3, [1, 8, 8, 8]);
    expect(modelledFacts(graph, configuration)).toStrictEqual(modelledFacts(graph, configuration));
  });
});

it('tells Vela the memories of the board', () => {
  const text = velaIni(npuConfiguration('ethos-u65-256', { clockHz: 500e6, cacheBytes: 1024 }));
  expect(text).toContain('core_clock=500000000');
  expect(text).toContain('arena_cache_size=1024');
  expect(text).toContain('Dram_clock_scale=0.234375');
});

it.each(['ethos-u55-512', 'ethos-n78', ''])('knows no accelerator "%s"', (accelerator) => {
  expect(() => npuConfiguration(accelerator)).toThrow('ethos-u55-128');
});
