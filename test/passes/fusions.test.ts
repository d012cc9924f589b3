import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { type GraphBuilder, int, ints, noise, onnxGraph, text, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

const scalar = (b: GraphBuilder, value: number, name = `c${value}`): TensorId => b.constant(name, [], [value]);

type Order = (b: GraphBuilder, x: TensorId, gate: TensorId) => TensorId;
const orders: Readonly<Record<string, Order>> = {
  'half last': (b, x, gate) => b.op('Mul', [b.op('Mul', [x, gate]), scalar(b, 0.5)]),
  'half first': (b, x, gate) => b.op('Mul', [b.op('Mul', [scalar(b, 0.5), x]), gate]),
  'half of the gate': (b, x, gate) => b.op('Mul', [x, b.op('Mul', [gate, scalar(b, 0.5)])]),
};

const erfGate = (b: GraphBuilder, x: TensorId, root = Math.SQRT2): TensorId =>
  b.op('Add', [b.op('Erf', [b.op('Div', [x, scalar(b, root)])]), scalar(b, 1)]);

const tanhGate = (b: GraphBuilder, x: TensorId, cube: TensorId): TensorId => {
  const sum = b.op('Add', [x, b.op('Mul', [cube, scalar(b, 0.044715)])]);
  return b.op('Add', [scalar(b, 1), b.op('Tanh', [b.op('Mul', [sum, scalar(b, Math.sqrt(2 / Math.PI))])])]);
};

const input = (b: GraphBuilder): TensorId => b.input('x', [2, 3, 8]);

async function expectFused(graph: Graph, types: readonly string[]): Promise<void> {
  const simple = simplifyOnnx(graph);
  expect(typesOf(simple)).toEqual(types);
  expect(simplifyOnnx(simple)).toBe(simple);
  await expectSameResults(graph, simple, 1e-5);
}

describe('GELU', () => {
  for (const [name, order] of Object.entries(orders)) {
    it(`with erf, ${name}`, async () => {
      const b = onnxGraph(13);
      const x = input(b);
      await expectFused(b.build(order(b, x, erfGate(b, x))), ['Gelu']);
    });
    it(`with tanh, ${name}`, async () => {
      const b = onnxGraph(20);
      const x = input(b);
      const power = b.op('Pow', [x, scalar(b, 3)]);
      await expectFused(b.build(order(b, x, tanhGate(b, x, power))), ['Gelu']);
    });
  }

  it('with a cube made of products', async () => {
    const b = onnxGraph(17);
    const x = input(b);
    const cube = b.op('Mul', [b.op('Mul', [x, x]), x]);
    await expectFused(b.build(b.op('Mul', [b.op('Mul', [x, tanhGate(b, x, cube)]), scalar(b, 0.5)])), ['Gelu']);
  });

  it('not with another root, nor where the gate is used elsewhere', async () => {
    const other = onnxGraph(20);
    const x = input(other);
    expect(
      typesOf(simplifyOnnx(other.build(orders['half last']?.(other, x, erfGate(other, x, 1.5)) ?? x))),
    ).not.toContain('Gelu');
    const shared = onnxGraph(20);
    const y = input(shared);
    const gate = erfGate(shared, y);
    expect(typesOf(simplifyOnnx(shared.build(orders['half last']?.(shared, y, gate) ?? y, gate)))).not.toContain(
      'Gelu',
    );
  });

  it('leaves the operator set where something would mean something else', () => {
    const b = onnxGraph(12);
    const x = b.op('Softmax', [input(b)], { attributes: { axis: int(1) } });
    const graph = b.build(b.op('Mul', [b.op('Mul', [x, erfGate(b, x)]), scalar(b, 0.5)]));
    const simple = simplifyOnnx(graph);
    expect(typesOf(simple)).toContain('Erf');
    expect(simple.operators.every(({ version }) => version === 12)).toBe(true);
  });

  it('takes reductions and splits to the newer set', async () => {
    const b = onnxGraph(13);
    const x = input(b);
    b.op('Split', [x], { outputs: ['l', 'r'], attributes: { axis: int(2) } });
    const l = b.id('l');
    const active = b.op('Mul', [b.op('Mul', [l, erfGate(b, l)]), scalar(b, 0.5)]);
    const most = b.op('ReduceMax', [b.id('r')], { attributes: { axes: ints(1) } });
    await expectFused(b.build(active, most), ['Split', 'Gelu', 'ReduceMax']);
  });
});

/** A layer normalisation as exporters write it. */
function normalised(
  b: GraphBuilder,
  x: TensorId,
  axes: readonly number[],
  root: 'Sqrt' | 'Pow' | 'Reciprocal',
  extents: readonly number[],
): TensorId {
  const attributes = { axes: ints(...axes), keepdims: int(1) };
  const centred = b.op('Sub', [x, b.op('ReduceMean', [x], { attributes })]);
  const square = root === 'Pow' ? b.op('Pow', [centred, scalar(b, 2)]) : b.op('Mul', [centred, centred]);
  const variance = b.op('Add', [b.op('ReduceMean', [square], { attributes }), scalar(b, 1e-5)]);
  const deviation = root === 'Pow' ? b.op('Pow', [variance, scalar(b, 0.5)]) : b.op('Sqrt', [variance]);
  const unit =
    root === 'Reciprocal' ? b.op('Mul', [centred, b.op('Reciprocal', [deviation])]) : b.op('Div', [centred, deviation]);
  if (extents.length === 0) return unit;
  const count = extents.reduce((product, extent) => product * extent, 1);
  const scaled = b.op('Mul', [unit, b.constant('gamma', extents, noise(count, 3))]);
  return b.op('Add', [scaled, b.constant('beta', extents, noise(count, 4))]);
}

describe('layer normalisation', () => {
  it.each([
    ['Sqrt', [-1], [8]],
    ['Pow', [2], [8]],
    ['Reciprocal', [-1, 1], [3, 8]],
    ['Sqrt', [-1], []],
  ] as const)('%s over %j with parameters %j', async (root, axes, extents) => {
    const b = onnxGraph(13);
    await expectFused(b.build(normalised(b, input(b), axes, root, extents)), ['LayerNormalization']);
  });

  it('not over axes in the middle', () => {
    const b = onnxGraph(17);
    expect(typesOf(simplifyOnnx(b.build(normalised(b, input(b), [1], 'Sqrt', []))))).not.toContain(
      'LayerNormalization',
    );
  });
});

describe('Softplus and Mish', () => {
  it('are put together', async () => {
    const b = onnxGraph(13);
    const x = input(b);
    const softplus = b.op('Log', [b.op('Add', [b.op('Exp', [x]), scalar(b, 1)])]);
    await expectFused(b.build(b.op('Mul', [x, b.op('Tanh', [softplus])])), ['Mish']);
  });

  it('not with another constant, nor of another tensor', () => {
    const b = onnxGraph(18);
    const x = input(b);
    const other = b.op('Log', [b.op('Add', [b.op('Exp', [x]), scalar(b, 2)])]);
    const mish = b.op('Mul', [b.op('Neg', [x]), b.op('Tanh', [b.op('Softplus', [x])])]);
    const types = typesOf(simplifyOnnx(b.build(other, mish)));
    expect(types).toContain('Log');
    expect(types).not.toContain('Mish');
  });
});

describe('hard-swish', () => {
  it('is put together in an older operator set', async () => {
    const b = onnxGraph(11);
    const x = input(b);
    const clipped = b.op('Clip', [b.op('Add', [x, scalar(b, 3)]), scalar(b, 0), scalar(b, 6)]);
    await expectFused(b.build(b.op('Div', [b.op('Mul', [x, clipped]), scalar(b, 6, 'six')])), ['HardSwish']);
  });
});

it('keeps the operator set of what has nothing to fuse', () => {
  const b = onnxGraph(13);
  const graph = b.build(b.op('Erf', [b.op('Gemm', [b.input('x', [2, 3]), b.constant('w', [3, 4], noise(12))])]));
  expect(simplifyOnnx(graph)).toBe(graph);
  const gelu = onnxGraph(20);
  const kept = gelu.build(gelu.op('Gelu', [input(gelu)], { attributes: { approximate: text('tanh') } }));
  expect(simplifyOnnx(kept)).toBe(kept);
});
