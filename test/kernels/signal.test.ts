import { encode } from 'flatbuffers/mjs/flexbuffers.js';
import { describe, expect, it } from 'vitest';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { headroom } from '../../src/kernels/signal/fft-auto-scale.ts';
import type { FftNumbers } from '../../src/kernels/signal/fft-numbers.ts';
import { float32Numbers, int16Numbers, int32Numbers } from '../../src/kernels/signal/fft-numbers.ts';
import { scaledLog } from '../../src/kernels/signal/filter-bank-log.ts';
import { roundedRoot } from '../../src/kernels/signal/filter-bank-square-root.ts';
import { inverseRealTransform, realTransform } from '../../src/kernels/signal/real-fft.ts';
import type { Case } from '../support/one-operator.ts';
import { graphOf, outputsOf } from '../support/one-operator.ts';

const custom = (
  type: string,
  options: Readonly<Record<string, number | boolean>>,
  parts: Pick<Case, 'inputs' | 'outputs'>,
): Case => ({
  type,
  domain: 'custom',
  attributes: { custom_options: encode(options) as Uint8Array },
  ...parts,
});

const samples = (count: number) =>
  Array.from({ length: count }, (_, index) => Math.sin(index * 1.3) + Math.cos(index * 0.2) / 2);

/** The discrete Fourier transform by its definition. */
function spectrumOf(signal: readonly number[]): number[] {
  return Array.from({ length: signal.length / 2 + 1 }, (_, bin) => {
    const turn = (index: number) => (2 * Math.PI * bin * index) / signal.length;
    return [
      signal.reduce((sum, sample, index) => sum + sample * Math.cos(turn(index)), 0),
      signal.reduce((sum, sample, index) => sum - sample * Math.sin(turn(index)), 0),
    ];
  }).flat();
}

describe('real transforms', () => {
  it.each<readonly [string, FftNumbers, number, number]>([
    ['float32', float32Numbers, 1, 1e-5],
    ['int16', int16Numbers, 20000, 6],
    ['int32', int32Numbers, 1e9, 100],
  ])('%s agrees with the definition, divided by the length in fixed point', (_, numbers, scale, tolerance) => {
    for (const count of [8, 12, 20, 64, 480]) {
      const signal = samples(count).map((sample) => (scale === 1 ? sample : Math.round(sample * scale)));
      const expected = spectrumOf(signal).map((value) => (scale === 1 ? value : value / count));
      const spectrum = realTransform(numbers, signal);
      const worst = Math.max(...expected.map((value, index) => Math.abs(value - (spectrum[index] ?? Number.NaN))));
      expect(worst).toBeLessThan(tolerance * (scale === 1 ? count / 8 : 1));
    }
  });

  it('come back from the spectrum', () => {
    const signal = samples(64);
    const back = inverseRealTransform(float32Numbers, realTransform(float32Numbers, signal));
    signal.forEach((sample, index) => {
      expect((back[index] ?? 0) / 64).toBeCloseTo(sample, 5);
    });
  });

  it('refuse lengths with a large prime factor', () => {
    expect(() => realTransform(int16Numbers, samples(14))).toThrow('radix 7');
  });
});

describe('integer functions of the front end', () => {
  it.each([
    [0n, 0],
    [2n, 1],
    [3n, 2],
    [0xffffffffn, 65535],
    [1n << 40n, 2 ** 20],
    [0xffffffffffffffffn, 4294967295],
  ])('the rounded root of %d is %d', (value, root) => {
    expect(roundedRoot(value)).toBe(root);
  });

  it('logarithms are within one of the real ones', () => {
    for (const value of [2, 3, 100, 65535, 65536, 4294967295]) {
      expect(Math.abs(scaledLog(value, 64) - 64 * Math.log(value))).toBeLessThan(1);
    }
  });

  it.each([
    [[0, 0], 0],
    [[1, -3], 13],
    [[16384], 0],
    [[255, 256], 6],
    [[-32768], 0],
  ])('%j can be shifted by %d bits', (values, bits) => {
    expect(headroom(Int16Array.from(values))).toBe(bits);
  });
});

describe('operators', () => {
  it('SignalWindow weighs and saturates', () => {
    const inputs = [
      { dtype: 'int16', shape: [1, 3], values: [1000, -5, 32767] },
      { dtype: 'int16', shape: [3], values: [4096, 2048, 8192] },
    ] as const;
    const outputs = [{ dtype: 'int16', shape: [1, 3] }] as const;
    expect(outputsOf(custom('SignalWindow', { shift: 12 }, { inputs, outputs }))).toEqual([[1000, -3, 32767]]);
  });

  it('SignalEnergy squares magnitudes between its bounds', () => {
    const inputs = [{ dtype: 'int16', shape: [6], values: [1, 2, 3, -4, -32768, -32768] }] as const;
    const outputs = [{ dtype: 'uint32', shape: [3] }] as const;
    const options = { start_index: 1, end_index: 3 };
    expect(outputsOf(custom('SignalEnergy', options, { inputs, outputs }))).toEqual([[0, 25, 2147483648]]);
  });

  it('SignalFilterBank carries what a channel leaves to the next', () => {
    const int16 = (values: readonly number[]) => ({ dtype: 'int16', shape: [values.length], values }) as const;
    const inputs = [
      { dtype: 'uint32', shape: [4], values: [10, 20, 30, 40] },
      int16([1, 2, 3, 4]),
      int16([4, 3, 2, 1]),
      int16([0, 2, 3]),
      int16([0, 2, 3]),
      int16([2, 1, 1]),
    ] as const;
    const outputs = [{ dtype: 'uint64', shape: [2] }] as const;
    // Channel 0 leaves 4·10 + 3·20 = 100; channel 1: 100 + 3·30, leaves 2·30; channel 2: 60 + 4·40.
    expect(outputsOf(custom('SignalFilterBank', { num_channels: 2 }, { inputs, outputs }))).toEqual([[190n, 220n]]);
  });

  it('SignalDelay holds samples back over invocations, and forgets them at a reset', () => {
    const one = custom(
      'SignalDelay',
      { delay_length: 3 },
      {
        inputs: [{ dtype: 'int16', shape: [1, 2] }],
        outputs: [{ dtype: 'int16', shape: [1, 2] }],
      },
    );
    const { run, reset } = openInterpreter(graphOf(one));
    const heard = [1, 3, 5].map((first) => Array.from(run([Int16Array.of(first, first + 1)])[0] ?? [], Number));
    expect(heard).toEqual([
      [0, 0],
      [0, 1],
      [2, 3],
    ]);
    reset();
    expect(run([Int16Array.of(9, 9)])).toEqual([Int16Array.of(0, 0)]);
  });

  it('SignalFramer gives overlapping frames once it has enough', () => {
    const one = custom(
      'SignalFramer',
      { frame_size: 3, frame_step: 2, prefill: false },
      {
        inputs: [{ dtype: 'int16', shape: [1, 2] }],
        outputs: [
          { dtype: 'int16', shape: [1, 1, 3] },
          { dtype: 'bool', shape: [] },
        ],
      },
    );
    const { run } = openInterpreter(graphOf(one));
    expect(run([Int16Array.of(1, 2)])[1]).toEqual(Uint8Array.of(0));
    expect(run([Int16Array.of(3, 4)])).toEqual([Int16Array.of(1, 2, 3), Uint8Array.of(1)]);
    expect(run([Int16Array.of(5, 6)])).toEqual([Int16Array.of(3, 4, 5), Uint8Array.of(1)]);
  });

  it('SignalStacker repeats the first frame for those before it', () => {
    const options = { num_channels: 1, stacker_left_context: 1, stacker_right_context: 1, stacker_step: 1 };
    const one = custom('SignalStacker', options, {
      inputs: [{ dtype: 'int16', shape: [1] }],
      outputs: [
        { dtype: 'int16', shape: [3] },
        { dtype: 'bool', shape: [] },
      ],
    });
    const { run } = openInterpreter(graphOf(one));
    expect(run([Int16Array.of(7)])[1]).toEqual(Uint8Array.of(0));
    expect(run([Int16Array.of(8)])).toEqual([Int16Array.of(7, 7, 8), Uint8Array.of(1)]);
    expect(run([Int16Array.of(9)])).toEqual([Int16Array.of(7, 8, 9), Uint8Array.of(1)]);
  });

  it('SignalOverlapAdd saturates and keeps the rest for later', () => {
    const one = custom(
      'SignalOverlapAdd',
      { T: 7, frame_step: 1 },
      {
        inputs: [{ dtype: 'int16', shape: [2, 2] }],
        outputs: [{ dtype: 'int16', shape: [2] }],
      },
    );
    const { run } = openInterpreter(graphOf(one));
    expect(run([Int16Array.of(1, 30000, 30000, 4)])).toEqual([Int16Array.of(1, 32767)]);
    expect(run([Int16Array.of(1, 0, 0, 0)])).toEqual([Int16Array.of(5, 0)]);
  });

  it('SignalFilterBankSpectralSubtraction follows the noise and leaves a share of the signal', () => {
    const options = {
      alternate_one_minus_smoothing: 0,
      alternate_smoothing: 4,
      clamping: false,
      min_signal_remaining: 1,
      num_channels: 2,
      one_minus_smoothing: 2,
      smoothing: 2,
      smoothing_bits: 4,
      spectral_subtraction_bits: 2,
    };
    const one = custom('SignalFilterBankSpectralSubtraction', options, {
      inputs: [{ dtype: 'uint32', shape: [2] }],
      outputs: [
        { dtype: 'uint32', shape: [2] },
        { dtype: 'uint32', shape: [2] },
      ],
    });
    const { run } = openInterpreter(graphOf(one));
    // Estimates half of 1600, and all of it; half is left, and a quarter at least.
    expect(run([Uint32Array.of(100, 100)])).toEqual([Uint32Array.of(50, 25), Uint32Array.of(800, 1600)]);
    expect(run([Uint32Array.of(100, 100)])).toEqual([Uint32Array.of(25, 25), Uint32Array.of(1200, 1600)]);
  });

  it('refuses damaged options with the operator’s place', () => {
    const one: Case = {
      type: 'SignalWindow',
      domain: 'custom',
      attributes: { custom_options: Uint8Array.of(1, 2) },
      inputs: [
        { dtype: 'int16', shape: [1] },
        { dtype: 'int16', shape: [1] },
      ],
      outputs: [{ dtype: 'int16', shape: [1] }],
    };
    expect(() => outputsOf(one)).toThrow('operator 0 (SignalWindow): ');
  });
});

describe('CIRCULAR_BUFFER', () => {
  it('ends the invocations between the cycles, outputs as they were', () => {
    const one = custom(
      'CIRCULAR_BUFFER',
      { cycles_max: 2 },
      {
        inputs: [{ dtype: 'int8', shape: [1, 1, 1, 1] }],
        outputs: [{ dtype: 'int8', shape: [1, 3, 1, 1] }],
      },
    );
    const { operators, tensors, ...rest } = graphOf(one);
    const [buffer] = operators;
    if (buffer === undefined) throw new Error('a graph of one operator has one');
    const after = { name: 'after', dtype: 'int8', shape: [1, 3, 1, 1] } as const;
    const copy = { ...buffer, type: 'SQUEEZE', domain: '', attributes: {}, inputs: [1], outputs: [2] };
    const { run } = openInterpreter({ ...rest, tensors: [...tensors, after], operators: [buffer, copy], outputs: [2] });
    const seen = [1, 2, 3, 4].map((value) => Array.from(run([Int8Array.of(value)])[0] ?? [], Number));
    expect(seen).toEqual([
      [0, 0, 0],
      [0, 1, 2],
      [0, 1, 2],
      [2, 3, 4],
    ]);
  });
});
