import { describe, expect, it } from 'vitest';
import type { Operand } from './run-operator.ts';
import { constant, given, openOperator, runOperator } from './run-operator.ts';

describe('FULLY_CONNECTED', () => {
  it('in float, of two vectors', () => {
    const result = runOperator(
      'FULLY_CONNECTED',
      { fused_activation_function: 'RELU6' },
      [
        given('float32', [2, 2], [1, 2, 3, 4]),
        constant('float32', [2, 2], [1, 0, 0.5, 0.5]),
        constant('float32', [2], [0.25, -2]),
      ],
      { dtype: 'float32', shape: [2, 2] },
    );
    expect(result).toEqual([1.25, 0, 3.25, 1.5]);
  });

  it('in int8, with the zero points of vectors, weights and output', () => {
    // (3-1)(2-1) + (5-1)(4-1) + 1 = 15, halved and rounded away from zero: 8, plus 3.
    const result = runOperator(
      'FULLY_CONNECTED',
      {},
      [
        given('int8', [1, 2], [3, 5], { scale: 1, zeroPoint: 1 }),
        constant('int8', [1, 2], [2, 4], { scale: 0.5, zeroPoint: 1 }),
        constant('int32', [1], [1], { scale: 0.5 }),
      ],
      { dtype: 'int8', shape: [1, 1], scale: 1, zeroPoint: 3 },
    );
    expect(result).toEqual([11]);
  });

  it('leaves the weights’ zero point where CMSIS-NN takes it for a 1×1 convolution', () => {
    const run = (shape: readonly number[]) =>
      runOperator(
        'FULLY_CONNECTED',
        {},
        [
          given('int8', [1, 1, 4], [1, 1, 1, 1], { scale: 1 }),
          constant('int8', [1, 4], [2, 2, 2, 2], { scale: 1, zeroPoint: 1 }),
        ],
        { dtype: 'int8', shape, scale: 1 },
      );
    expect(run([1, 1])).toEqual([4]);
    expect(run([1, 1, 1])).toEqual([8]);
  });

  it('with a factor per channel', () => {
    const result = runOperator(
      'FULLY_CONNECTED',
      {},
      [given('int8', [1, 1], [8], { scale: 1 }), constant('int8', [2, 1], [1, 1], { scale: [1, 0.25] })],
      { dtype: 'int8', shape: [1, 2], scale: 1 },
    );
    expect(result).toEqual([8, 2]);
  });

  it('in int16, with a bias of 64 bits', () => {
    const result = runOperator(
      'FULLY_CONNECTED',
      {},
      [
        given('int16', [1, 2], [1000, -3000], { scale: 1 }),
        constant('int8', [1, 2], [10, 1], { scale: 1 }),
        constant('int64', [1], [100], { scale: 1 }),
      ],
      { dtype: 'int16', shape: [1, 1], scale: 2 },
    );
    expect(result).toEqual([3550]);
  });

  it('refuses a bias of another scale, and weights per channel for int16', () => {
    const run = (dtype: 'int8' | 'int16', scale: number | readonly number[], biasScale: number) =>
      runOperator(
        'FULLY_CONNECTED',
        {},
        [
          given(dtype, [1, 1], [1], { scale: 1 }),
          constant('int8', [2, 1], [1, 1], { scale }),
          constant(dtype === 'int8' ? 'int32' : 'int64', [2], [0, 0], { scale: biasScale }),
        ],
        { dtype, shape: [1, 2], scale: 1 },
      );
    expect(run('int8', 1, 1.01)).toEqual([1, 1]);
    expect(() => run('int8', 1, 1.1)).toThrow('operator 0 (FULLY_CONNECTED): the scale of its bias');
    expect(() => run('int16', [1, 1], 1)).toThrow('per channel');
  });
});

describe('BATCH_MATMUL', () => {
  it.each([
    [false, false, [1, 2, 3, 4], [5, 6, 7, 8]],
    [true, false, [1, 3, 2, 4], [5, 6, 7, 8]],
    [false, true, [1, 2, 3, 4], [5, 7, 6, 8]],
    [true, true, [1, 3, 2, 4], [5, 7, 6, 8]],
  ])('transposed: %s and %s', (adjX, adjY, left, right) => {
    for (const dtype of ['float32', 'int8', 'int16'] as const) {
      const result = runOperator(
        'BATCH_MATMUL',
        { adj_x: adjX, adj_y: adjY },
        [given(dtype, [2, 2], left, { scale: 1 }), given(dtype, [2, 2], right, { scale: 1 })],
        { dtype, shape: [2, 2], scale: 1 },
      );
      expect(result).toEqual([19, 22, 43, 50]);
    }
  });

  it('broadcasts batches', () => {
    const result = runOperator(
      'BATCH_MATMUL',
      {},
      [given('float32', [2, 1, 1, 1], [2, 3]), given('float32', [1, 3, 1, 1], [1, 10, 100])],
      { dtype: 'float32', shape: [2, 3, 1, 1] },
    );
    expect(result).toEqual([2, 20, 200, 3, 30, 300]);
  });
});

describe('SVDF', () => {
  it('in float: what came before is weighted over time, until the state is reset', () => {
    const interpreter = openOperator(
      'SVDF',
      { rank: 1 },
      [
        given('float32', [1, 1], []),
        constant('float32', [1, 1], [2]),
        constant('float32', [1, 2], [10, 1]),
        constant('float32', [1], [0.5]),
        { dtype: 'float32', shape: [1, 2], variable: true },
      ],
      { dtype: 'float32', shape: [1, 1] },
    );
    const step = (value: number) => [...(interpreter.run([Float32Array.of(value)])[0] as Float32Array)];
    expect([step(1), step(3), step(0)]).toEqual([[2.5], [26.5], [60.5]]);
    interpreter.reset();
    expect(step(1)).toEqual([2.5]);
  });

  it.each(['int8', 'int16'] as const)('in int8 with a state of %s', (dtype) => {
    const interpreter = openOperator(
      'SVDF',
      { rank: 2 },
      [
        given('int8', [1, 1], [], { scale: 1, zeroPoint: 1 }),
        constant('int8', [2, 1], [2, 3], { scale: 1 }),
        constant(dtype, [2, 2], [10, 1, 0, 1], { scale: 1 }),
        constant('int32', [1], [4], { scale: 1 }),
        { dtype, shape: [1, 4], scale: 1, variable: true },
      ],
      { dtype: 'int8', shape: [1, 1], scale: 1, zeroPoint: -100 },
    );
    const step = (value: number) => [...(interpreter.run([Int8Array.of(value)])[0] as Int8Array)];
    // States 2 and 3 (2·(2-1), 3·(2-1)): 2 + 3 + 4 - 100; then 10·2 and what is new.
    expect([step(2), step(1), step(1)]).toEqual([[-91], [-76], [-96]]);
  });
});

describe('UNIDIRECTIONAL_SEQUENCE_LSTM', () => {
  const inputs = (dtype: 'float32' | 'int8' | 'int16', steps: number): (Operand | null)[] => {
    const float = dtype === 'float32';
    const weight = (value: number) =>
      constant(float ? 'float32' : 'int8', [1, 1], [float ? value : value * 64], { scale: 1 / 64 });
    const bias = (value: number) =>
      constant(float ? 'float32' : dtype === 'int8' ? 'int32' : 'int64', [1], [float ? value : value * 64 * 32], {
        scale: 1 / 2048,
      });
    const activation = { scale: 1 / 32 };
    return [
      given(dtype, [1, steps, 1], [], activation),
      ...[1, 0, 1, 0].map(weight),
      ...[0, 0, 1, 0].map(weight),
      null,
      null,
      null,
      ...[0, 2, 0, 1].map(bias),
      null,
      null,
      { dtype, shape: [1, 1], variable: true, scale: 1 / 128 },
      { dtype: float ? 'float32' : 'int16', shape: [1, 1], variable: true, scale: 2 ** -11 },
      null,
      null,
      null,
      null,
    ];
  };
  const attributes = { fused_activation_function: 'TANH', cell_clip: { float: 10 } };
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

  function expected(
    sequence: readonly number[],
    firstCell = 0,
    firstHidden = 0,
  ): { outputs: number[]; cell: number; hidden: number } {
    const outputs: number[] = [];
    let [cell, hidden] = [firstCell, firstHidden];
    for (const x of sequence) {
      cell = sigmoid(2) * cell + sigmoid(x) * Math.tanh(x + hidden);
      hidden = Math.tanh(cell) * sigmoid(1);
      outputs.push(hidden);
    }
    return { outputs, cell, hidden };
  }

  it('in float, and state goes on', () => {
    const interpreter = openOperator('UNIDIRECTIONAL_SEQUENCE_LSTM', attributes, inputs('float32', 2), {
      dtype: 'float32',
      shape: [1, 2, 1],
    });
    const run = (values: readonly number[]) => [...(interpreter.run([Float32Array.from(values)])[0] as Float32Array)];
    const first = expected([1, -0.5]);
    const second = expected([0.25, 2], first.cell, first.hidden);
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number);
    expect(run([1, -0.5])).toEqual(close(first.outputs));
    expect(run([0.25, 2])).toEqual(close(second.outputs));
    interpreter.reset();
    expect(run([1, -0.5])).toEqual(close(first.outputs));
  });

  it.each(['int8', 'int16'] as const)('in %s, and every invocation starts anew, as with CMSIS-NN', (dtype) => {
    const interpreter = openOperator('UNIDIRECTIONAL_SEQUENCE_LSTM', attributes, inputs(dtype, 3), {
      dtype,
      shape: [1, 3, 1],
      scale: 1 / 128,
    });
    const sequence = [1, -0.5, 2];
    const values = sequence.map((value) => value * 32);
    const run = () => [
      ...(interpreter.run([dtype === 'int8' ? Int8Array.from(values) : Int16Array.from(values)])[0] as Int8Array),
    ];
    const first = run();
    for (const [index, value] of expected(sequence).outputs.entries()) {
      expect(Math.abs((first[index] ?? 0) - value * 128)).toBeLessThanOrEqual(2);
    }
    expect(run()).toEqual(first);
  });
});
