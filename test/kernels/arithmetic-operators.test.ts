import { describe, expect, it } from 'vitest';
import type { Attributes, Operand } from './run-operator.ts';
import { constant, given, openOperator, runOperator } from './run-operator.ts';

describe('ADD, SUB and MUL', () => {
  it.each([
    ['ADD', [4, 1, -3]],
    ['SUB', [-2, 3, 3]],
    ['MUL', [3, -2, 0]],
  ])('%s in float and int32', (type, expected) => {
    const run = (dtype: Operand['dtype']) =>
      runOperator(type, {}, [given(dtype, [3], [1, 2, 0]), given(dtype, [3], [3, -1, -3])], given(dtype, [3])).map(
        (value) => value + 0,
      );
    expect(run('float32')).toEqual(expected);
    expect(run('int32')).toEqual(expected);
  });

  it('apply their activation, but ADD of int32 does not', () => {
    const attributes = { fused_activation_function: 'RELU' };
    const run = (type: string, dtype: Operand['dtype']) =>
      runOperator(type, attributes, [given(dtype, [1], [1]), given(dtype, [1], [-3])], given(dtype, [1]))[0];
    expect([run('ADD', 'float32'), run('ADD', 'int32'), run('MUL', 'int32')]).toEqual([0, -2, 0]);
    expect(
      runOperator('SUB', attributes, [given('int32', [1], [1]), given('int32', [1], [3])], given('int32', [1])),
    ).toEqual([0]);
  });

  it.each([
    // (10-2)·0.5 ± (20+4)·0.25 = 4 ± 6, over 0.5, less 3; 4 · 6 over 0.5.
    ['ADD', [17]],
    ['SUB', [-7]],
    ['MUL', [45]],
  ])('%s in int8 rescales', (type, expected) => {
    const result = runOperator(
      type,
      {},
      [
        given('int8', [1], [10], { scale: 0.5, zeroPoint: 2 }),
        given('int8', [1], [20], { scale: 0.25, zeroPoint: -4 }),
      ],
      given('int8', [1], [], { scale: 0.5, zeroPoint: -3 }),
    );
    expect(result).toEqual(expected);
  });

  it('broadcast both ways', () => {
    const result = runOperator(
      'ADD',
      {},
      [given('int16', [2, 1], [100, 200], { scale: 1 }), given('int16', [3], [1, 2, 3], { scale: 1 })],
      given('int16', [2, 3], [], { scale: 1 }),
    );
    expect(result).toEqual([101, 102, 103, 201, 202, 203]);
  });

  it('refuse what does not fit', () => {
    const run = (first: Operand, second: Operand) =>
      runOperator('ADD', {}, [first, second], given(first.dtype, [2], [], { scale: 1 }));
    expect(() => run(given('float32', [2], [1, 2]), given('float32', [3], [1, 2, 3]))).toThrow('cannot be broadcast');
    expect(() => run(given('float32', [2], [1, 2]), given('int8', [2], [1, 2]))).toThrow('must be the same');
    expect(() =>
      run(given('int16', [2], [1, 2], { scale: 1, zeroPoint: 1 }), given('int16', [2], [1, 2], { scale: 1 })),
    ).toThrow('zero points');
  });
});

describe('pooling', () => {
  const attributes: Attributes = { padding: 'SAME', stride_h: 1, stride_w: 2, filter_height: 1, filter_width: 2 };
  const run = (type: string, dtype: Operand['dtype'], values: readonly number[], more: Attributes = {}) =>
    runOperator(
      type,
      { ...attributes, ...more },
      [given(dtype, [1, 1, 3, 1], values, { scale: 1 })],
      given(dtype, [1, 1, 2, 1], [], { scale: 1 }),
    );

  it('averages what is inside, halves away from zero', () => {
    expect(run('AVERAGE_POOL_2D', 'float32', [1, 2, 5])).toEqual([1.5, 5]);
    expect(run('AVERAGE_POOL_2D', 'int8', [1, 2, 5])).toEqual([2, 5]);
    expect(run('AVERAGE_POOL_2D', 'int16', [-1, -2, -5])).toEqual([-2, -5]);
  });

  it('takes the greatest, within the activation’s range', () => {
    expect(run('MAX_POOL_2D', 'float32', [-3, -2, 7], { fused_activation_function: 'RELU6' })).toEqual([0, 6]);
    expect(run('MAX_POOL_2D', 'int8', [-3, -2, 7])).toEqual([-2, 7]);
    expect(run('MAX_POOL_2D', 'int16', [-3, -2, 7], { fused_activation_function: 'RELU6' })).toEqual([0, 6]);
  });

  it('refuses to rescale', () => {
    const unlike = () =>
      runOperator(
        'MAX_POOL_2D',
        attributes,
        [given('int8', [1, 1, 3, 1], [1, 2, 3], { scale: 1 })],
        given('int8', [1, 1, 2, 1], [], { scale: 2 }),
      );
    expect(unlike).toThrow('quantised differently');
  });
});

describe('reductions', () => {
  const over = (axes: readonly number[]) => constant('int32', [axes.length], axes);
  const values = [1, 2, 3, 4, 5, 6];

  it.each([
    ['SUM', [-1], [2], [6, 15]],
    ['MEAN', [1], [2], [2, 5]],
    ['MEAN', [0], [3], [2.5, 3.5, 4.5]],
    ['REDUCE_MAX', [0, 1, -1], [1], [6]],
    ['REDUCE_MIN', [1], [2], [1, 4]],
  ])('%s over %j in float', (type, axes, shape, expected) => {
    expect(runOperator(type, {}, [given('float32', [2, 3], values), over(axes)], given('float32', shape))).toEqual(
      expected,
    );
  });

  it('MEAN and SUM rescale integers', () => {
    const run = (type: string, dtype: Operand['dtype']) =>
      runOperator(
        type,
        {},
        [given(dtype, [2, 3], values, { scale: 1, zeroPoint: 1 }), over([1])],
        given(dtype, [2], [], { scale: 0.5, zeroPoint: -2 }),
      );
    // Less 1: 0 1 2 and 3 4 5.
    expect(run('SUM', 'int8')).toEqual([4, 22]);
    expect(run('MEAN', 'int8')).toEqual([0, 6]);
    expect(run('MEAN', 'int16')).toEqual([0, 6]);
  });

  it('REDUCE_ALL', () => {
    expect(runOperator('REDUCE_ALL', {}, [given('bool', [2, 2], [1, 1, 1, 0]), over([1])], given('bool', [2]))).toEqual(
      [1, 0],
    );
  });

  it('REDUCE_MAX refuses to rescale', () => {
    const run = () =>
      runOperator(
        'REDUCE_MAX',
        {},
        [given('int8', [2], [1, 2], { scale: 1 }), over([0])],
        given('int8', [1], [], { scale: 2 }),
      );
    expect(run).toThrow('quantised differently');
  });
});

describe('QUANTIZE and DEQUANTIZE', () => {
  it('rounds halves away from zero and clamps', () => {
    const to = given('int8', [4], [], { scale: 0.5, zeroPoint: 1 });
    expect(runOperator('QUANTIZE', {}, [given('float32', [4], [0.25, -0.25, 100, -100])], to)).toEqual([
      2, 0, 127, -128,
    ]);
  });

  it.each([
    ['int8', 'int8', [40], { scale: 0.5, zeroPoint: 20 }, { scale: 1, zeroPoint: -5 }, [5]],
    ['uint8', 'int8', [200], { scale: 1, zeroPoint: 128 }, { scale: 1, zeroPoint: 0 }, [72]],
    ['int8', 'uint8', [-128], { scale: 1, zeroPoint: 0 }, { scale: 1, zeroPoint: 128 }, [0]],
    ['int16', 'int32', [-300], { scale: 1 }, { scale: 0.01 }, [-30000]],
    ['int32', 'int16', [100000], { scale: 1 }, { scale: 1 }, [32767]],
  ] as const)('from %s to %s', (from, to, values, before, after, expected) => {
    expect(runOperator('QUANTIZE', {}, [given(from, [1], values, before)], given(to, [1], [], after))).toEqual(
      expected,
    );
  });

  it('DEQUANTIZE', () => {
    expect(
      runOperator(
        'DEQUANTIZE',
        {},
        [given('uint8', [2], [0, 130], { scale: 0.5, zeroPoint: 128 })],
        given('float32', [2]),
      ),
    ).toEqual([-64, 1]);
  });

  it('refuses pairs of types that the device has no kernel for', () => {
    const run = () =>
      runOperator('QUANTIZE', {}, [given('uint8', [1], [0], { scale: 1 })], given('int16', [1], [], { scale: 1 }));
    expect(run).toThrow('no kernel for uint8 × int16');
  });
});

describe('PAD and CONCATENATION', () => {
  it('pads with the zero point, 0, or what is given', () => {
    const around = constant('int32', [2, 2], [0, 1, 1, 0]);
    expect(
      runOperator(
        'PAD',
        {},
        [given('int8', [1, 2], [5, 6], { scale: 1, zeroPoint: 3 }), around],
        given('int8', [2, 3], [], { scale: 1, zeroPoint: 3 }),
      ),
    ).toEqual([3, 5, 6, 3, 3, 3]);
    expect(runOperator('PAD', {}, [given('float32', [1, 2], [5, 6]), around], given('float32', [2, 3]))).toEqual([
      0, 5, 6, 0, 0, 0,
    ]);
    expect(
      runOperator(
        'PADV2',
        {},
        [given('int32', [1, 2], [5, 6]), around, constant('int32', [1], [9])],
        given('int32', [2, 3]),
      ),
    ).toEqual([9, 5, 6, 9, 9, 9]);
    expect(() => runOperator('PAD', {}, [given('float32', [1, 2], [5, 6]), around], given('float32', [2, 4]))).toThrow(
      'axis 1 would be 3 and is 4',
    );
  });

  it.each([
    [0, [2, 2], [1, 2, 3, 4]],
    [-1, [1, 4], [1, 2, 3, 4]],
  ])('joins along axis %d', (axis, shape, expected) => {
    for (const dtype of ['float32', 'int8', 'int64', 'bool'] as const) {
      const result = runOperator(
        'CONCATENATION',
        { axis },
        [given(dtype, [1, 2], [1, 2]), given(dtype, [1, 2], [3, 4])],
        given(dtype, shape),
      );
      expect(result).toEqual(expected);
    }
  });

  it('joins inner axes block by block', () => {
    const result = runOperator(
      'CONCATENATION',
      { axis: 1 },
      [given('int8', [2, 1], [1, 2]), given('int8', [2, 2], [3, 4, 5, 6])],
      given('int8', [2, 3]),
    );
    expect(result).toEqual([1, 3, 4, 2, 5, 6]);
  });

  it('refuses what the device refuses', () => {
    const many = Array.from({ length: 11 }, () => given('int8', [1], [1]));
    expect(() => runOperator('CONCATENATION', { axis: 0 }, many, given('int8', [11]))).toThrow('at most 10');
    expect(() =>
      runOperator(
        'CONCATENATION',
        { axis: 0, fused_activation_function: 'RELU' },
        [many[0] ?? null],
        given('int8', [1]),
      ),
    ).toThrow('fused activation');
  });
});

describe('the interpreter', () => {
  it('gives copies, and takes inputs of the right kind only', () => {
    const interpreter = openOperator('RESHAPE', {}, [given('int8', [2])], given('int8', [2, 1]));
    const [first] = interpreter.run([Int8Array.of(1, 2)]);
    interpreter.run([Int8Array.of(3, 4)]);
    expect(first).toEqual(Int8Array.of(1, 2));
    expect(() => interpreter.run([])).toThrow('Input "t0" is missing');
    expect(() => interpreter.run([Int8Array.of(1)])).toThrow('needs 2 int8 elements');
    expect(() => interpreter.run([Uint8Array.of(1, 2)])).toThrow('needs 2 int8 elements');
  });

  it('says which operator has no kernel, and where', () => {
    expect(() => openOperator('NO_SUCH', {}, [given('int8', [1])], given('int8', [1]))).toThrow(
      'operator 0 (NO_SUCH) has no kernel',
    );
  });
});
