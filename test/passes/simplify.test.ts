import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { losslessPasses, simplifyOnnx } from '../../src/passes/simplify.ts';
import { float, type GraphBuilder, int, ints, nested, noise, onnxGraph, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

/** A small convnet as an exporter writes it: dropouts, normalisations, a shape computed at run time. */
function exported(): Graph {
  const builder = onnxGraph(13);
  const x = builder.input('image', ['N', 3, 8, 8]);
  const layer = (from: number, name: string, channels: readonly [number, number]) => {
    const [into, out] = channels;
    const w = builder.constant(`${name}.w`, [out, into, 3, 3], noise(out * into * 9, out));
    const y = builder.op('Conv', [from, w], { outputs: [`${name}.conv`], attributes: { pads: ints(1, 1, 1, 1) } });
    const statistics = ['gamma', 'beta', 'mean', 'variance'].map((part, i) =>
      builder.constant(
        `${name}.${part}`,
        [out],
        noise(out, i + 2).map((value) => Math.abs(value) + 0.5),
      ),
    );
    const normal = builder.op('BatchNormalization', [y, ...statistics], { outputs: [`${name}.bn`] });
    const six = builder.op('Constant', [], { outputs: [`${name}.six`], attributes: { value_float: float(6) } });
    const positive = builder.op('Relu', [normal], { outputs: [`${name}.relu`] });
    const clipped = builder.op('Clip', [positive, null, six], { outputs: [`${name}.clip`] });
    return builder.op('Dropout', [clipped], { outputs: [`${name}.dropout`] });
  };
  const features = builder.op('GlobalAveragePool', [layer(layer(x, 'first', [3, 8]), 'second', [8, 16])]);
  const batch = builder.op('Gather', [builder.op('Shape', [features]), builder.constant('zero', [1], [0], 'int64')]);
  const wanted = builder.op('Concat', [batch, builder.constant('rest', [1], [16], 'int64')], {
    attributes: { axis: int(0) },
  });
  const flat = builder.op('Reshape', [features, wanted]);
  const product = builder.op('MatMul', [flat, builder.constant('fc', [16, 4], noise(64))]);
  const logits = builder.op('Add', [product, builder.constant('bias', [4], noise(4))], { outputs: ['logits'] });
  return builder.build(builder.op('Identity', [logits], { outputs: ['scores'] }));
}

describe('simplifyOnnx', () => {
  it('leaves of an exported network what a runtime needs', async () => {
    const graph = exported();
    const simple = simplifyOnnx(graph);
    expect(typesOf(simple)).toEqual(['Conv', 'Clip', 'Conv', 'Clip', 'GlobalAveragePool', 'Reshape', 'Gemm']);
    expect(simple.outputs.map((id) => simple.tensors[id]?.name)).toEqual(['scores']);
    await expectSameResults(graph, simple);
  });

  it('finds nothing more the second time, and gives the very graph back', () => {
    const simple = simplifyOnnx(exported());
    expect(simplifyOnnx(simple)).toBe(simple);
    for (const [name, pass] of Object.entries(losslessPasses)) expect(pass(simple), name).toBe(simple);
  });

  it('always gives the same bytes', () => {
    expect(writeOnnx(simplifyOnnx(exported()))).toEqual(writeOnnx(simplifyOnnx(exported())));
  });

  it('does not change its argument', () => {
    const graph = exported();
    const before = writeOnnx(graph);
    simplifyOnnx(graph);
    expect(writeOnnx(graph)).toEqual(before);
  });

  it('simplifies the branches of an If too', async () => {
    const branch = (name: string) => {
      const inner = onnxGraph();
      const x = inner.op('Identity', [inner.capture('h', [3], 'float32')], { outputs: [`${name}.i`] });
      return inner.build(inner.op(name, [inner.op('Identity', [x], { outputs: [`${name}.j`] })], { outputs: [name] }));
    };
    const builder = onnxGraph();
    builder.op('Relu', [builder.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
    const attributes = { then_branch: nested(branch('Neg')), else_branch: nested(branch('Exp')) };
    const graph = builder.build(builder.op('If', [builder.input('c', [], 'bool')], { attributes }));
    const simple = simplifyOnnx(graph);
    const inside = simple.operators[1]?.attributes.then_branch;
    expect(inside?.kind === 'graph' ? typesOf(inside.value) : []).toEqual(['Neg']);
    await expectSameResults(graph, simple, 0);
  });

  /** One operator after another on a tensor of shape [1, 4, 4, 4], chosen by number. */
  const steps: readonly ((builder: GraphBuilder, x: number, tag: string) => number)[] = [
    (b, x, tag) => b.op('Identity', [x], { outputs: [tag] }),
    (b, x, tag) => b.op('Relu', [x], { outputs: [tag] }),
    (b, x, tag) =>
      b.op('Clip', [x, b.constant(`${tag}.min`, [], [-0.5]), b.constant(`${tag}.max`, [], [0.75])], { outputs: [tag] }),
    (b, x, tag) =>
      b.op('Conv', [x, b.constant(`${tag}.w`, [4, 4, 1, 1], noise(16, tag.length + 3))], { outputs: [tag] }),
    (b, x, tag) => b.op('Add', [x, b.constant(`${tag}.c`, [4, 1, 1], noise(4, 5))], { outputs: [tag] }),
    (b, x, tag) => b.op('Mul', [b.constant(`${tag}.c`, [1, 4, 1, 1], noise(4, 6)), x], { outputs: [tag] }),
    (b, x, tag) => b.op('Transpose', [x], { outputs: [tag], attributes: { perm: ints(0, 2, 3, 1) } }),
    (b, x, tag) => b.op('Reshape', [x, b.constant(`${tag}.s`, [4], [0, 4, -1, 4], 'int64')], { outputs: [tag] }),
    (b, x, tag) => b.op('Add', [x, x], { outputs: [tag] }),
    (b, x, tag) => b.op('Max', [x, b.constant(`${tag}.k`, [], [0])], { outputs: [tag] }),
    (b, x, tag) => b.op('Reshape', [x, b.op('Shape', [x], { outputs: [`${tag}.shape`] })], { outputs: [tag] }),
    (b, x, tag) =>
      b.op(
        'BatchNormalization',
        [
          x,
          ...[2, 3, 4, 5].map((seed) =>
            b.constant(
              `${tag}.${seed}`,
              [4],
              noise(4, seed).map((v) => Math.abs(v) + 0.5),
            ),
          ),
        ],
        { outputs: [tag] },
      ),
    (b, x, tag) => b.op('HardSigmoid', [x], { outputs: [tag], attributes: { alpha: float(0.3) } }),
  ];

  it('keeps the results of networks made at random', async () => {
    const layers = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(3)), { minLength: 1, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(layers, fc.constantFrom(1, 'N'), async (chosen, batch) => {
        const builder = onnxGraph(13);
        const made = [builder.input('x', [batch, 4, 4, 4])];
        for (const [position, [step, back]] of chosen.entries()) {
          const from = made[Math.max(0, made.length - 1 - back)] as number;
          made.push((steps[step] as (typeof steps)[number])(builder, from, `t${position}`));
        }
        const graph = builder.build(...new Set([made.at(-1) as number, made[Math.ceil(made.length / 2)] as number]));
        const simple = simplifyOnnx(graph);
        expect(simple.operators.length).toBeLessThanOrEqual(graph.operators.length);
        await expectSameResults(graph, simple, 1e-5);
      }),
      { numRuns: 150 },
    );
  });
});
