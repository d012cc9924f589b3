import { describe, expect, test } from 'vitest';
import { readTflite } from '../../../../src/formats/tflite/read.ts';
import type { Tensor } from '../../../../src/graph/graph.ts';
import { operatorNames } from '../../../../src/runtimes/tflm/operator-facts.ts';
import { supportTableSchema } from '../../../../src/runtimes/tflm/support/support-schema.ts';
import { rulesOf, supportOf, supportTable } from '../../../../src/runtimes/tflm/support/support-table.ts';
import { unsupported } from '../../../../src/runtimes/tflm/support/unsupported.ts';
import { describeWithReference, hasReference, referenceBytes, referenceJson } from '../../../support/reference.ts';
import { computed, graphOf, operator } from '../../../support/tensor-graphs.ts';
import { data, ints, one } from './cases.ts';

describe('the table of what is supported', () => {
  const operators = supportTable.operators.flatMap((row) => row.operators);

  test('fits its schema', () => {
    expect(supportTableSchema.safeParse(supportTable).error).toBeUndefined();
  });

  test('has each operator of the interpreter once', () => {
    expect(operators.toSorted()).toEqual(operatorNames.toSorted());
  });

  test.each(operators)('%s has a kernel, and names in its rules that it has', (type) => {
    const row = supportOf(type)?.row;
    const names = [...(row?.inputs ?? []), ...(row?.outputs ?? [])].map((name) => name.replace(/[?.]+$/, ''));
    expect(row?.kernel).toMatch(/\.cc$/);
    expect(new Set(names).size).toBe(names.length);
    const quoted = row === undefined ? [] : rulesOf(row).flatMap(({ must }) => [...must.matchAll(/`(\w+)`/g)]);
    for (const [, name] of quoted) expect(names).toContain(name);
    for (const name of Object.keys(row?.assumed ?? {})) expect(names).toContain(name);
    if (row?.data !== undefined) expect(names).toContain(row.data);
  });
});

describe('unsupported', () => {
  const pair = [computed('x', [1, 4], 'float32'), computed('y', [1, 4], 'float32')];
  const single = (type: string, domain = '', tensors: readonly Tensor[] = pair) =>
    graphOf('tflite', tensors, [{ ...operator(type, [0], [1], {}, domain), name: 'y' }], [0], [1]);

  test.each([
    ['MyOp', 'TensorFlow Lite Micro has no kernel for the custom operator "MyOp".'],
    [
      'ethos-u',
      'The custom operator "ethos-u" (a model compiled for an Arm Ethos-U) runs only on firmware that registers it with AddEthosU, and needs the NPU and its driver; the built-in operators do not include it.',
    ],
    [
      'SignalWindow',
      'The custom operator "SignalWindow" (window of a signal) runs only on firmware that registers it with AddWindow; the built-in operators do not include it.',
    ],
  ])('the custom operator %s is refused', (type, message) => {
    const where = `operator 0 ${type} "y"`;
    expect(unsupported(single(type, 'custom'))).toEqual([
      { code: 'unsupported-operator', severity: 'error', where, message },
    ]);
  });

  test('an operator without a kernel is refused', () => {
    expect(unsupported(single('REVERSE_SEQUENCE'))).toMatchObject([
      { code: 'unsupported-operator', message: 'TensorFlow Lite Micro has no kernel for REVERSE_SEQUENCE.' },
    ]);
    expect(unsupported(single('toString'))).toHaveLength(1);
  });

  test('a built-in operator with custom options is refused', () => {
    const graph = single('NEG');
    const options = { kind: 'bytes' as const, value: new Uint8Array(1) };
    const operators = graph.operators.map((each) => ({ ...each, attributes: { custom_options: options } }));
    expect(unsupported(graph)).toEqual([]);
    expect(unsupported({ ...graph, operators })).toMatchObject([{ code: 'unsupported-option' }]);
  });

  test('the place names operator, subgraph and output', () => {
    const inner = single(
      'TANH',
      '',
      pair.map((tensor) => ({ ...tensor, dtype: 'uint8' as const })),
    );
    expect(unsupported({ ...single('NEG'), subgraphs: [inner] })).toMatchObject([
      { where: 'subgraph 1 operator 0 TANH "y"', message: expect.stringContaining('here `input` is uint8.') },
    ]);
  });

  test('an input whose shape is open is refused', () => {
    const open = { ...single('NEG'), tensors: [computed('x', ['?', 4], 'float32'), pair[1] ?? computed('', [])] };
    expect(unsupported(open)).toMatchObject([{ code: 'unsupported-dynamic-shape', where: 'tensor "x"' }]);
  });

  test('an output without elements is refused, an old scalar is not', () => {
    const output = (shape: readonly (number | string)[]) =>
      unsupported(one('NEG', [data('float32', [4])], [data('float32', shape)]));
    expect(output([0])).toEqual([]);
    expect(output([1, 0])).toMatchObject([{ code: 'unsupported-dynamic-shape' }]);
    expect(output(['?'])).toMatchObject([{ code: 'unsupported-dynamic-shape' }]);
  });

  test.each(['string', 'variant', 'int2', 'uint4', 'float8e5m2', 'unknown'] as const)(
    'a tensor of %s is refused even where nobody reads it',
    (dtype) => {
      const graph = { ...single('NEG'), tensors: [...pair, computed('z', [1], dtype)] };
      expect(unsupported(graph)).toEqual([
        {
          code: 'unsupported-type',
          severity: 'error',
          where: 'tensor "z"',
          message: `A tensor needs elements of a fixed size, int4 or whole bytes; here it is ${dtype}.`,
        },
      ]);
    },
  );

  test('an intermediate tensor with content is refused, one without is not', () => {
    const given = (shape: readonly number[]) => {
      const graph = single('NEG');
      const operators = graph.operators.map((each) => ({ ...each, intermediates: [2] }));
      return unsupported({ ...graph, operators, tensors: [...pair, computed('z', shape, 'float32')] });
    };
    expect(given([0])).toEqual([]);
    expect(given([4])).toMatchObject([{ code: 'unsupported-operator', where: 'operator 0 NEG "y"' }]);
  });

  test('refusals beyond a hundred are counted', () => {
    const operators = Array.from({ length: 250 }, () => operator('MyOp', [0], [1], {}, 'custom'));
    const findings = unsupported(graphOf('tflite', pair, operators, [0], [1]));
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)?.message).toBe('150 more operators are refused.');
  });

  test('one finding for an operator that breaks several rules', () => {
    const graph = one('TRANSPOSE', [data('uint8', [1, 1, 1, 1, 1, 2]), ints([9])], [data('int8', [2])]);
    expect(unsupported(graph)).toHaveLength(1);
  });
});

/** What TensorFlow Lite Micro said of a model, and what our refusal must say. */
const sameReason: readonly (readonly [RegExp, RegExp])[] = [
  [/Hybrid models are not supported/, /hybrid model/],
  [/op code CUSTOM/, /custom operator/],
  [/Didn't find op for builtin opcode 'REVERSE_SEQUENCE'/, /no kernel for REVERSE_SEQUENCE/],
  [/Input UINT8, output UINT8 not supported/, /here `input` is uint8/],
];

describeWithReference('refusals against TensorFlow Lite Micro itself', () => {
  type Run = { readonly status?: string; readonly why?: readonly string[] };
  type Runs = Readonly<Record<string, { readonly m4?: Run; readonly m55?: Run }>>;
  const runs = hasReference ? Object.entries(referenceJson<Runs>('tflm.json')) : [];
  const judged = runs.flatMap(([file, { m4, m55 }]) =>
    [m4, m55].flatMap((run) => (run?.status === undefined ? [] : [{ file, run }])),
  );

  test('no model that runs is refused', () => {
    const ran = judged.filter(({ run }) => run.status === 'ok');
    const refused = ran.filter(({ file }) => unsupported(readTflite(referenceBytes({ file }), file)).length > 0);
    expect(ran.length).toBeGreaterThan(250);
    expect(refused.map(({ file }) => file)).toEqual([]);
  });

  test.each(judged.filter(({ run }) => run.status !== 'ok'))(
    '$file is refused for its reason and in its place',
    ({ file, run }) => {
      const [finding] = unsupported(readTflite(referenceBytes({ file }), file));
      const why = run.why?.join(' ') ?? '';
      const reason = sameReason.find(([theirs]) => theirs.test(why))?.[1];
      expect(reason).toBeDefined();
      expect(finding?.message).toMatch(reason ?? '');
      const node = /Node (\w+) \(number (\d+)\)/.exec(why);
      if (node !== null) expect(finding?.where).toMatch(`operator ${node[2]} ${node[1]} "`);
    },
  );
});
