import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { foldPadding } from '../../src/passes/fold-padding.ts';
import { fuseMatMulBias } from '../../src/passes/fuse-matmul-bias.ts';
import { mergeCommonSubexpressions } from '../../src/passes/merge-common-subexpressions.ts';
import { mergeReshapes } from '../../src/passes/merge-reshapes.ts';
import { mergeTransposes } from '../../src/passes/merge-transposes.ts';
import { removeDeadOperators } from '../../src/passes/remove-dead-operators.ts';
import { removeQuantizePairs } from '../../src/passes/remove-quantize-pairs.ts';
import { removeUnusedTensors } from '../../src/passes/remove-unused-tensors.ts';
import { resolveReshapes } from '../../src/passes/resolve-reshapes.ts';
import { resolveResizes } from '../../src/passes/resolve-resizes.ts';
import { shareConstants } from '../../src/passes/share-constants.ts';
import { float, int, ints, nested, noise, onnxGraph, text, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

const constantNames = (graph: Graph) => graph.tensors.filter(({ data }) => data !== undefined).map(({ name }) => name);

describe('mergeTransposes', () => {
  it('composes two permutations', async () => {
    const builder = onnxGraph();
    const x = builder.input('x', [2, 3, 4]);
    const first = builder.op('Transpose', [x], { attributes: { perm: ints(1, 2, 0) } });
    const graph = builder.build(builder.op('Transpose', [first], { attributes: { perm: ints(2, 1, 0) } }));
    const merged = mergeTransposes(graph);
    expect(typesOf(merged)).toEqual(['Transpose']);
    expect(merged.operators[0]?.attributes.perm).toEqual(ints(0, 2, 1));
    await expectSameResults(graph, merged, 0);
  });

  it('keeps the first for its other users', async () => {
    const builder = onnxGraph();
    const first = builder.op('Transpose', [builder.input('x', [2, 3])], { attributes: { perm: ints(1, 0) } });
    const second = builder.op('Transpose', [first], { attributes: { perm: ints(1, 0) } });
    const graph = builder.build(first, builder.op('Neg', [second]));
    const merged = mergeTransposes(graph);
    expect(merged.operators.map(({ inputs }) => inputs[0])).toEqual([0, 0, 2]);
    await expectSameResults(graph, merged, 0);
  });
});

describe('mergeReshapes', () => {
  it('goes to the last shape at once, with one extent left open', async () => {
    const builder = onnxGraph();
    const x = builder.input('x', ['N', 1, 6]);
    const flat = builder.op('Squeeze', [x, builder.constant('a', [1], [1], 'int64')]);
    const graph = builder.build(builder.op('Reshape', [flat, builder.constant('s', [3], [-1, 2, 3], 'int64')]));
    const merged = mergeReshapes(graph);
    expect(typesOf(merged)).toEqual(['Reshape']);
    await expectSameResults(graph, merged, 0);
  });

  it('stays where two extents are open', () => {
    const builder = onnxGraph();
    const x = builder.input('x', ['N', 'T', 6, 1]);
    const flat = builder.op('Squeeze', [x, builder.constant('a', [1], [3], 'int64')]);
    const graph = builder.build(builder.op('Unsqueeze', [flat, builder.constant('b', [1], [0], 'int64')]));
    expect(mergeReshapes(graph)).toBe(graph);
  });
});

describe('resolveReshapes', () => {
  const flattening = (shape: readonly (number | string)[]) => {
    const builder = onnxGraph();
    const x = builder.input('x', shape);
    const first = builder.op('Slice', [
      builder.op('Shape', [x]),
      ...[0, 1].map((value) => builder.constant(`c${value}`, [1], [value], 'int64')),
    ]);
    const wanted = builder.op('Concat', [first, builder.constant('rest', [1], [-1], 'int64')], {
      attributes: { axis: int(0) },
    });
    const known = builder.op('Concat', [first, builder.constant('two', [2], [2, 3], 'int64')], {
      attributes: { axis: int(0) },
    });
    return builder.build(builder.op('Reshape', [x, wanted]), builder.op('Reshape', [x, known]));
  };

  it('writes the shape down where one extent at most depends on the input', async () => {
    const graph = flattening(['N', 6]);
    const resolved = resolveReshapes(graph);
    // The first shape is [N, −1]: what −1 would stand for is taken already.
    expect(resolved.operators.at(-2)?.inputs).toEqual(graph.operators.at(-2)?.inputs);
    expect(constantNames(resolved)).toContain('Concat_3_known');
    await expectSameResults(graph, resolved, 0);
  });
});

describe('fuseMatMulBias', () => {
  const build = (rank: number, bias: readonly number[], side: 0 | 1 = 0) => {
    const builder = onnxGraph();
    const x = builder.input('x', rank === 2 ? [2, 3] : [1, 2, 3]);
    const y = builder.op('MatMul', [x, builder.constant('w', [3, 4], noise(12))]);
    const b = builder.constant('b', bias, noise(bias.reduce((a, c) => a * c, 1)));
    return builder.build(builder.op('Add', side === 0 ? [y, b] : [b, y]));
  };

  it.each([[[4]], [[1, 4]]])('with a bias of shape %j', async (shape) => {
    for (const side of [0, 1] as const) {
      const graph = build(2, shape, side);
      const fused = fuseMatMulBias(graph);
      expect(typesOf(fused)).toEqual(['Gemm']);
      await expectSameResults(graph, fused);
    }
  });

  it.each([
    ['three axes', build(3, [4])],
    ['a bias per element', build(2, [2, 4])],
    ['a bias that adds an axis', build(2, [1, 1, 4])],
  ])('not with %s', (_, graph) => {
    expect(fuseMatMulBias(graph)).toBe(graph);
  });
});

describe('foldPadding', () => {
  const build = (pads: readonly number[], value: number, opset: number, type = 'Conv') => {
    const builder = onnxGraph(opset);
    const x = builder.input('x', [1, 2, 5, 5]);
    const padded =
      opset < 11
        ? builder.op('Pad', [x], { attributes: { pads: ints(...pads), value: float(value), mode: text('constant') } })
        : builder.op('Pad', [x, builder.constant('p', [8], pads, 'int64'), builder.constant('v', [], [value])]);
    const attributes = { pads: ints(1, 0, 0, 1), strides: ints(2, 2) };
    const w = builder.constant('w', [3, 2, 3, 3], noise(54));
    if (type === 'Conv') return builder.build(builder.op('Conv', [padded, w], { attributes }));
    const pooling = { ...attributes, kernel_shape: ints(3, 3), count_include_pad: int(type === 'counting' ? 1 : 0) };
    return builder.build(builder.op('AveragePool', [padded], { attributes: pooling }));
  };
  const around = [0, 0, 1, 2, 0, 0, 0, 1];

  it.each([
    ['an attribute', build(around, 0, 10)],
    ['an input', build(around, 0, 13)],
    ['a pool that counts it', build(around, 0, 13, 'counting')],
  ])('padding as %s', async (_, graph) => {
    const folded = foldPadding(graph);
    expect(folded.operators).toHaveLength(1);
    expect(folded.operators[0]?.attributes.pads).toEqual(ints(2, 2, 0, 2));
    await expectSameResults(graph, folded);
  });

  it.each([
    ['something other than zeros', build(around, 1, 13)],
    ['channels', build([0, 1, 0, 0, 0, 0, 0, 0], 0, 13)],
    ['negative amounts', build([0, 0, -1, 0, 0, 0, 0, 0], 0, 13)],
    ['a pool that does not count it', build(around, 0, 13, 'ignoring')],
  ])('not %s', (_, graph) => {
    expect(foldPadding(graph)).toBe(graph);
  });
});

describe('removeQuantizePairs', () => {
  const build = (scale: number) => {
    const builder = onnxGraph();
    const q = builder.op('Identity', [builder.input('q', [8], 'int8')]);
    const [s, z] = [builder.constant('s', [], [0.037]), builder.constant('z', [], [-5], 'int8')];
    const real = builder.op('DequantizeLinear', [q, s, z]);
    const again = builder.op('QuantizeLinear', [real, builder.constant('t', [], [scale]), z]);
    return builder.build(builder.op('DequantizeLinear', [again, s, z], { outputs: ['y'] }));
  };

  it('removes one that changes nothing', async () => {
    const graph = build(0.037);
    const after = removeQuantizePairs(graph);
    expect(typesOf(removeDeadOperators(after))).toEqual(['Identity', 'DequantizeLinear']);
    await expectSameResults(graph, after, 0);
  });

  it('keeps a change of scale', () => {
    const graph = build(0.04);
    expect(removeQuantizePairs(graph)).toBe(graph);
  });
});

describe('shareConstants', () => {
  it('keeps the shortest name, and tells types, shapes and signs of zero apart', async () => {
    const builder = onnxGraph();
    const names = ['longer', 'short', 'another'].map((name) => builder.constant(name, [2], [0, 1]));
    const others = [builder.constant('row', [1, 2], [0, 1]), builder.constant('minus', [2], [-0, 1])];
    const graph = builder.build(builder.op('Sum', [builder.input('x', [2]), ...names, ...others]));
    const shared = shareConstants(graph);
    expect(constantNames(shared)).toEqual(['short', 'row', 'minus']);
    await expectSameResults(graph, shared, 0);
  });

  it('keeps names that branches use', () => {
    const branch = onnxGraph();
    const inner = branch.build(branch.op('Neg', [branch.capture('captured')], { outputs: ['n'] }));
    const builder = onnxGraph();
    const x = builder.input('c', [], 'bool');
    builder.constant('captured', [1], [1]);
    const own = builder.op('Relu', [builder.constant('k', [1], [1])]);
    const attributes = { then_branch: nested(inner), else_branch: nested(inner) };
    const shared = shareConstants(builder.build(own, builder.op('If', [x], { attributes })));
    expect(constantNames(shared)).toEqual(['captured', 'k']);
  });
});

describe('mergeCommonSubexpressions', () => {
  it('computes once what is asked for twice', async () => {
    const builder = onnxGraph();
    const x = builder.input('x', [3]);
    const twice = [1, 2].map((n) =>
      builder.op('LeakyRelu', [x], { outputs: [`l${n}`], attributes: { alpha: float(0.5) } }),
    );
    const other = builder.op('LeakyRelu', [x], { attributes: { alpha: float(0.25) } });
    const graph = builder.build(builder.op('Sum', [...twice, other]));
    const merged = mergeCommonSubexpressions(graph);
    expect(typesOf(merged)).toEqual(['LeakyRelu', 'LeakyRelu', 'Sum']);
    await expectSameResults(graph, merged, 0);
  });

  it('keeps random numbers, foreign operators and outputs apart', () => {
    const builder = onnxGraph();
    const x = builder.input('x', [3]);
    const outputs = [1, 2].flatMap((n) => [
      builder.op('Neg', [builder.op('RandomNormalLike', [x], { outputs: [`r${n}`] })], { outputs: [`a${n}`] }),
      builder.op('Neg', [builder.op('Foreign', [x], { outputs: [`f${n}`], domain: 'example' })], {
        outputs: [`b${n}`],
      }),
      builder.op('Exp', [x], { outputs: [`e${n}`] }),
    ]);
    const graph = builder.build(...outputs);
    expect(mergeCommonSubexpressions(graph)).toBe(graph);
  });
});

describe('removeDeadOperators', () => {
  it('removes what no output needs, and keeps side effects and what branches need', () => {
    const branch = onnxGraph();
    const inner = branch.build(branch.op('Neg', [branch.capture('h')], { outputs: ['n'] }));
    const builder = onnxGraph();
    const x = builder.input('x', [3]);
    const c = builder.input('c', [], 'bool');
    builder.op('Relu', [x], { outputs: ['h'] });
    builder.op('Exp', [builder.op('Log', [x])]);
    builder.op('Print', [builder.op('Abs', [x])], { domain: 'example' });
    const attributes = { then_branch: nested(inner), else_branch: nested(inner) };
    const graph = removeDeadOperators(builder.build(builder.op('If', [c], { attributes })));
    expect(typesOf(graph)).toEqual(['Relu', 'Abs', 'Print', 'If']);
    expect(graph.tensors.map(({ name }) => name)).not.toContain('Log_1');
  });
});

describe('removeUnusedTensors', () => {
  it('drops constants nobody uses and numbers the rest anew', () => {
    const builder = onnxGraph();
    builder.constant('unused', [1], [1]);
    const x = builder.input('x', [1]);
    const graph = removeUnusedTensors(builder.build(builder.op('Add', [x, builder.constant('used', [1], [1])])));
    expect(graph.tensors.map(({ name }) => name)).toEqual(['x', 'used', 'Add_0']);
    expect([graph.inputs, graph.outputs, graph.operators[0]?.inputs]).toEqual([[0], [2], [0, 1]]);
    expect(removeUnusedTensors(graph)).toBe(graph);
  });
});

describe('resolveResizes', () => {
  const build = (height: number, mode: string, opset: number) => {
    const builder = onnxGraph(opset);
    const x = builder.input('x', ['N', 3, 4, 4]);
    const first = builder.op('Slice', [
      builder.op('Shape', [x]),
      ...[0, 2].map((value) => builder.constant(`c${value}`, [1], [value], 'int64')),
    ]);
    const size = builder.constant('size', [2], [height, 2], 'int64');
    const sizes = builder.op('Concat', [first, size], { attributes: { axis: int(0) } });
    const empty = opset < 13 ? builder.constant('none', [0], []) : null;
    const attributes = { mode: text(mode), coordinate_transformation_mode: text('half_pixel') };
    return builder.build(builder.op('Resize', [x, empty, empty, sizes], { attributes }));
  };

  it.each([
    ['nearest', 13],
    ['linear', 18],
    ['linear', 11],
  ])('%s in opset %i', async (mode, opset) => {
    const graph = build(10, mode, opset);
    const resolved = removeDeadOperators(resolveResizes(graph));
    expect(typesOf(resolved)).toEqual(['Resize']);
    expect(constantNames(resolved)).toContain('Concat_2_scales');
    await expectSameResults(graph, resolved, 0);
  });

  it('leaves scales that a float does not hold', () => {
    const graph = build(3, 'linear', 13);
    const inexact = {
      ...graph,
      tensors: graph.tensors.map((t) => (t.name === 'x' ? { ...t, shape: ['N', 3, 7, 4] } : t)),
    };
    expect(resolveResizes(inexact)).toBe(inexact);
  });
});
