import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { averageGlobally } from '../../src/passes/average-globally.ts';
import { foldInputScale } from '../../src/passes/fold-input-scale.ts';
import { fuseLeakyRelu } from '../../src/passes/fuse-leaky-relu.ts';
import { fusePointwiseConvolution } from '../../src/passes/fuse-pointwise-convolution.ts';
import { groupConvolutions } from '../../src/passes/group-convolutions.ts';
import { inlineBranches } from '../../src/passes/inline-branches.ts';
import { mergeCasts } from '../../src/passes/merge-casts.ts';
import { mergeConcats } from '../../src/passes/merge-concats.ts';
import { mergeConstantOperands } from '../../src/passes/merge-constant-operands.ts';
import { mergeSlices } from '../../src/passes/merge-slices.ts';
import { removeDeadOperators } from '../../src/passes/remove-dead-operators.ts';
import { removeExpansions } from '../../src/passes/remove-expansions.ts';
import { reshapeTransposes } from '../../src/passes/reshape-transposes.ts';
import { type Pass, simplifyOnnx } from '../../src/passes/simplify.ts';
import { sinkTransposes } from '../../src/passes/sink-transposes.ts';
import { unrollLoops } from '../../src/passes/unroll-loops.ts';
import { float, type GraphBuilder, int, ints, nested, noise, onnxGraph, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

type Build = (builder: GraphBuilder) => TensorId | readonly TensorId[];

interface Case {
  readonly name: string;
  readonly pass: Pass;
  readonly build: Build;
  /** Types left; absent: the very same graph comes back. */
  readonly left?: readonly string[];
  readonly opset?: number;
}

function graphOf({ build, opset = 17 }: Case): Graph {
  const builder = onnxGraph(opset);
  const outputs = build(builder);
  return builder.build(...(typeof outputs === 'number' ? [outputs] : outputs));
}

const image = (b: GraphBuilder): TensorId => b.input('x', [1, 4, 5, 6]);
const to = (b: GraphBuilder, x: TensorId, ...perm: number[]): TensorId =>
  b.op('Transpose', [x], { attributes: { perm: ints(...perm) } });
const last = (b: GraphBuilder, x: TensorId): TensorId => to(b, x, 0, 2, 3, 1);
const first = (b: GraphBuilder, x: TensorId): TensorId => to(b, x, 0, 3, 1, 2);
const scalar = (b: GraphBuilder, value: number, name = `c${value}`): TensorId => b.constant(name, [], [value]);
const integers = (b: GraphBuilder, name: string, ...values: number[]): TensorId =>
  b.constant(name, [values.length], values, 'int64');
const slice = (b: GraphBuilder, x: TensorId, name: string, ...lists: readonly (readonly number[])[]): TensorId =>
  b.op('Slice', [x, ...lists.map((list, i) => integers(b, `${name}${i}`, ...list))]);

const cases: readonly Case[] = [
  {
    name: 'transpositions meet behind activations and arithmetic with constants',
    pass: sinkTransposes,
    build: (b) => {
      const active = b.op('Relu', [last(b, image(b))]);
      const added = b.op('Add', [active, b.constant('c', [6, 4], noise(24))]);
      return first(b, b.op('Mul', [scalar(b, 2), added]));
    },
    left: ['Relu', 'Add', 'Mul'],
  },
  {
    name: 'transpositions meet behind a join and a sum of what is transposed alike',
    pass: sinkTransposes,
    build: (b) => {
      const x = image(b);
      const joined = b.op('Concat', [last(b, b.op('Neg', [x])), last(b, b.op('Abs', [x]))], {
        attributes: { axis: int(-1) },
      });
      return first(b, b.op('Add', [joined, last(b, b.op('Concat', [x, x], { attributes: { axis: int(1) } }))]));
    },
    left: ['Neg', 'Abs', 'Concat', 'Concat', 'Add'],
  },
  {
    name: 'transpositions meet behind softmax, means, and pads',
    pass: sinkTransposes,
    build: (b) => {
      const soft = b.op('Softmax', [last(b, image(b))], { attributes: { axis: int(-1) } });
      const mean = b.op('ReduceMean', [soft], { attributes: { axes: ints(1), keepdims: int(1) } });
      return first(b, b.op('Pad', [mean, integers(b, 'p', 0, 1, 2, 0, 0, 3, 0, 1)]));
    },
    left: ['Softmax', 'ReduceMean', 'Pad'],
  },
  {
    name: 'a transposition that meets none stays',
    pass: sinkTransposes,
    build: (b) => b.op('Relu', [last(b, image(b))]),
  },
  {
    name: 'a transposition that somebody else uses stays',
    pass: sinkTransposes,
    build: (b) => {
      const turned = last(b, image(b));
      return [first(b, b.op('Relu', [turned])), turned];
    },
  },
  {
    name: 'operands that are transposed differently stay',
    pass: sinkTransposes,
    build: (b) => {
      const x = b.input('x', [1, 4, 4, 4]);
      return first(b, b.op('Add', [last(b, b.op('Neg', [x])), first(b, b.op('Abs', [x]))]));
    },
  },
  {
    name: 'a transposition of axes of extent 1 before a reshape is one',
    pass: reshapeTransposes,
    build: (b) => b.op('Reshape', [last(b, b.input('x', [2, 8, 1, 1])), integers(b, 's', -1, 8)]),
    left: ['Reshape', 'Reshape'],
  },
  {
    name: 'a transposition that moves elements is no reshape',
    pass: reshapeTransposes,
    build: (b) => b.op('Reshape', [last(b, b.input('x', [2, 8, 1, 2])), integers(b, 's', -1, 8)]),
  },
  {
    name: 'sums and products with constants',
    pass: mergeConstantOperands,
    build: (b) => {
      const sum = b.op('Sub', [b.op('Add', [scalar(b, 2), image(b)]), b.constant('c', [6], noise(6))]);
      return b.op('Div', [b.op('Mul', [sum, b.constant('d', [5, 1], noise(5))]), scalar(b, 4)]);
    },
    left: ['Add', 'Mul'],
  },
  {
    name: 'a constant less something is not merged, nor a sum with a product',
    pass: mergeConstantOperands,
    build: (b) => b.op('Mul', [b.op('Sub', [scalar(b, 2), b.op('Add', [image(b), scalar(b, 3)])]), scalar(b, 4)]),
  },
  {
    name: 'constants that together would be larger',
    pass: mergeConstantOperands,
    build: (b) =>
      b.op('Add', [b.op('Add', [image(b), b.constant('c', [6], noise(6))]), b.constant('d', [5, 1], noise(5))]),
  },
  {
    name: 'integers are not merged',
    pass: mergeConstantOperands,
    build: (b) => {
      const x = b.input('x', [3], 'int64');
      return b.op('Add', [b.op('Add', [x, integers(b, 'c', 1)]), integers(b, 'd', 2)]);
    },
  },
  {
    name: 'slices of different axes and of the same',
    pass: mergeSlices,
    build: (b) => {
      const one = slice(b, image(b), 'a', [1], [5], [2], [2]);
      return slice(b, slice(b, one, 'b', [1, -4], [9, 9], [2, 3]), 'c', [0], [4], [3], [3]);
    },
    left: ['Slice'],
  },
  {
    name: 'slices that go backwards',
    pass: mergeSlices,
    build: (b) => slice(b, slice(b, image(b), 'a', [-1], [-9], [2], [-1]), 'b', [1], [3], [2]),
  },
  {
    name: 'a join of joins along one axis',
    pass: mergeConcats,
    build: (b) => {
      const x = image(b);
      const inner = b.op('Concat', [x, b.op('Neg', [x])], { attributes: { axis: int(-3) } });
      return b.op('Concat', [b.op('Abs', [x]), inner], { attributes: { axis: int(1) } });
    },
    left: ['Neg', 'Abs', 'Concat'],
  },
  {
    name: 'joins along different axes',
    pass: mergeConcats,
    build: (b) => {
      const x = image(b);
      const inner = b.op('Concat', [x, x], { attributes: { axis: int(2) } });
      return b.op('Concat', [inner, b.op('Neg', [inner])], { attributes: { axis: int(1) } });
    },
  },
  {
    name: 'all parts of a split joined again',
    pass: (graph) => removeDeadOperators(mergeConcats(graph)),
    build: (b) => {
      b.op('Split', [b.op('Neg', [image(b)])], { outputs: ['l', 'r'], attributes: { axis: int(1) } });
      const whole = b.op('Concat', [b.id('l'), b.id('r')], { attributes: { axis: int(1) } });
      return b.op('Relu', [whole]);
    },
    left: ['Neg', 'Relu'],
  },
  {
    name: 'parts of a split joined in another order',
    pass: mergeConcats,
    build: (b) => {
      b.op('Split', [b.op('Neg', [image(b)])], { outputs: ['l', 'r'], attributes: { axis: int(1) } });
      return b.op('Concat', [b.id('r'), b.id('l')], { attributes: { axis: int(1) } });
    },
  },
  {
    name: 'a cast over a type that holds everything',
    pass: (graph) => removeDeadOperators(mergeCasts(graph)),
    build: (b) => {
      const wide = b.op('Cast', [b.input('x', [4], 'int8')], { attributes: { to: int(6) } });
      return b.op('Cast', [wide], { attributes: { to: int(1) } });
    },
    left: ['Cast'],
  },
  {
    name: 'a cast over a type that loses something',
    pass: mergeCasts,
    build: (b) => {
      const narrow = b.op('Cast', [b.input('x', [4])], { attributes: { to: int(6) } });
      return b.op('Cast', [narrow], { attributes: { to: int(1) } });
    },
  },
  {
    name: 'an expansion to the shape of the other operand',
    pass: (graph) => removeDeadOperators(removeExpansions(graph)),
    build: (b) => {
      const wide = b.op('Expand', [b.input('r', [6]), integers(b, 's', 1, 4, 5, 6)]);
      return b.op('Sub', [wide, image(b)]);
    },
    left: ['Sub'],
  },
  {
    name: 'an expansion that gives the result its shape',
    pass: removeExpansions,
    build: (b) => b.op('Sub', [b.op('Expand', [b.input('r', [6]), integers(b, 's', 2, 4, 5, 6)]), image(b)]),
  },
  {
    name: 'a mean over all places',
    pass: averageGlobally,
    build: (b) => b.op('ReduceMean', [image(b)], { attributes: { axes: ints(-1, 2), keepdims: int(1) } }),
    left: ['GlobalAveragePool'],
  },
  {
    name: 'a mean over all places, without their axes',
    pass: averageGlobally,
    build: (b) => b.op('ReduceMean', [image(b)], { attributes: { axes: ints(2, 3), keepdims: int(0) } }),
  },
  {
    name: 'a mean over channels',
    pass: averageGlobally,
    build: (b) => b.op('ReduceMean', [image(b)], { attributes: { axes: ints(1, 2), keepdims: int(1) } }),
  },
  {
    name: 'the larger of x and a tenth of x',
    pass: (graph) => removeDeadOperators(fuseLeakyRelu(graph)),
    build: (b) => {
      const x = image(b);
      return b.op('Max', [b.op('Mul', [x, scalar(b, 0.1)]), x]);
    },
    left: ['LeakyRelu'],
  },
  {
    name: 'the larger of x and twice x',
    pass: fuseLeakyRelu,
    build: (b) => {
      const x = image(b);
      return b.op('Max', [b.op('Mul', [x, scalar(b, 2)]), x]);
    },
  },
  {
    name: 'a scale per channel before a grouped, padded convolution',
    pass: foldInputScale,
    build: (b) => {
      const scaled = b.op('Mul', [image(b), b.constant('s', [4, 1, 1], noise(4, 3))]);
      const w = b.constant('w', [6, 2, 3, 3], noise(108));
      return b.op('Conv', [scaled, w], { attributes: { group: int(2), pads: ints(1, 1, 1, 1) } });
    },
    left: ['Conv'],
  },
  {
    name: 'a divisor per feature before a matrix product',
    pass: foldInputScale,
    build: (b) => {
      const scaled = b.op('Div', [b.input('x', [2, 3, 4]), b.constant('s', [4], [1, 2, 4, 8])]);
      return b.op('MatMul', [scaled, b.constant('w', [4, 5], noise(20))]);
    },
    left: ['MatMul'],
  },
  {
    name: 'a scale before a Gemm with transposed weights',
    pass: foldInputScale,
    build: (b) => {
      const scaled = b.op('Mul', [b.input('x', [2, 4]), b.constant('s', [4], noise(4, 2))]);
      return b.op('Gemm', [scaled, b.constant('w', [5, 4], noise(20))], {
        attributes: { transB: int(1), alpha: float(0.5) },
      });
    },
    left: ['Gemm'],
  },
  {
    name: 'a scale per place before a convolution',
    pass: foldInputScale,
    build: (b) =>
      b.op('Conv', [
        b.op('Mul', [image(b), b.constant('s', [6], noise(6))]),
        b.constant('w', [6, 4, 3, 3], noise(216)),
      ]),
  },
  {
    name: 'a scale before weights that another layer has too',
    pass: foldInputScale,
    build: (b) => {
      const x = b.input('x', [2, 4]);
      const w = b.constant('w', [4, 4], noise(16));
      return b.op('MatMul', [b.op('Mul', [b.op('MatMul', [x, w]), scalar(b, 2)]), w]);
    },
  },
  {
    name: 'the branch that a constant condition takes',
    pass: inlineBranches,
    build: (b) => {
      b.op('Relu', [b.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
      const branch = (type: string) => {
        const inner = onnxGraph();
        const twice = inner.op('Mul', [inner.capture('h', [3], 'float32'), inner.constant('two', [], [2])], {
          outputs: ['t'],
        });
        return inner.build(inner.op(type, [twice], { outputs: [type] }), inner.constant('three', [], [3]));
      };
      const attributes = { then_branch: nested(branch('Neg')), else_branch: nested(branch('Exp')) };
      b.op('If', [b.constant('no', [], [0], 'bool')], { attributes, outputs: ['y', 'z'] });
      return [b.id('y'), b.id('z')];
    },
    left: ['Relu', 'Mul', 'Exp', 'Identity'],
  },
  {
    name: 'a branch whose condition is computed',
    pass: inlineBranches,
    build: (b) => {
      const branch = (type: string) => {
        const inner = onnxGraph();
        return inner.build(inner.op(type, [inner.capture('x', [3], 'float32')], { outputs: [type] }));
      };
      b.input('x', [3]);
      const attributes = { then_branch: nested(branch('Neg')), else_branch: nested(branch('Exp')) };
      return b.op('If', [b.input('c', [], 'bool')], { attributes });
    },
  },
  {
    name: 'a loop that always runs three times, with what it collects',
    pass: unrollLoops,
    build: (b) => {
      b.op('Relu', [b.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
      return loopOf(b, { count: 3, again: 'Identity', collects: true });
    },
    left: [
      ...['Relu', ...Array(3).fill(['Identity', 'Cast', 'Add', 'Mul', 'Exp']).flat(), 'Identity'],
      ...['Unsqueeze', 'Unsqueeze', 'Unsqueeze', 'Concat'],
    ],
  },
  {
    name: 'a loop of an older operator set',
    pass: unrollLoops,
    opset: 11,
    build: (b) => {
      b.op('Relu', [b.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
      return loopOf(b, { count: 1, again: 'constant', collects: true, opset: 11 });
    },
    left: ['Relu', 'Cast', 'Add', 'Mul', 'Exp', 'Identity', 'Unsqueeze', 'Concat'],
  },
  {
    name: 'a loop that never runs',
    pass: unrollLoops,
    build: (b) => {
      b.op('Relu', [b.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
      return loopOf(b, { count: 0, again: 'Identity', collects: false });
    },
    left: ['Relu', 'Identity'],
  },
  {
    name: 'a loop that runs very often',
    pass: unrollLoops,
    build: (b) => {
      b.op('Relu', [b.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
      return loopOf(b, { count: 65, again: 'Identity', collects: true });
    },
  },
  {
    name: 'a loop that may stop',
    pass: unrollLoops,
    build: (b) => {
      b.op('Relu', [b.input('x', [3])], { outputs: ['h'], dtype: 'float32', shape: [3] });
      return loopOf(b, { count: 3, again: 'Not', collects: false });
    },
  },
  {
    name: 'a product over the channels of a turned image',
    pass: fusePointwiseConvolution,
    build: (b) => {
      const product = b.op('MatMul', [last(b, image(b)), b.constant('w', [4, 3], noise(12))]);
      const biased = b.op('Add', [product, b.constant('b', [3], noise(3, 2))]);
      return first(b, b.op('Relu', [biased]));
    },
    left: ['Conv', 'Transpose', 'Add', 'Relu', 'Transpose'],
  },
  {
    name: 'and all that is left of it',
    pass: simplifyOnnx,
    build: (b) => {
      const product = b.op('MatMul', [last(b, image(b)), b.constant('w', [4, 3], noise(12))]);
      const biased = b.op('Add', [product, b.constant('b', [3], noise(3, 2))]);
      return first(b, b.op('Relu', [biased]));
    },
    left: ['Conv', 'Relu'],
  },
  {
    name: 'a product over channels that stays turned',
    pass: fusePointwiseConvolution,
    build: (b) => b.op('Relu', [b.op('MatMul', [last(b, image(b)), b.constant('w', [4, 3], noise(12))])]),
  },
  {
    name: 'a product over the height',
    pass: fusePointwiseConvolution,
    build: (b) => first(b, b.op('MatMul', [to(b, image(b), 0, 1, 3, 2), b.constant('w', [5, 4], noise(20))])),
  },
  {
    name: 'convolutions of shares of the channels',
    pass: groupConvolutions,
    build: (b) => shared(b, ['l', 'r']),
    left: ['Conv'],
  },
  {
    name: 'convolutions of shares of the channels, joined in another order',
    pass: groupConvolutions,
    build: (b) => shared(b, ['r', 'l']),
  },
];

/** A loop over h: v ← (v + i) · h, and what it collects is exp(v). */
function loopOf(
  b: GraphBuilder,
  how: { count: number; again: 'Identity' | 'Not' | 'constant'; collects: boolean; opset?: number },
): TensorId | readonly TensorId[] {
  const inner = onnxGraph(how.opset);
  const [i, goesOn, v] = [inner.input('i', [], 'int64'), inner.input('goes_on', [], 'bool'), inner.input('v', [3])];
  const again =
    how.again === 'constant'
      ? inner.constant('yes', [], [1], 'bool')
      : inner.op(how.again, [goesOn], { outputs: ['again'], dtype: 'bool', shape: [] });
  const float32 = inner.op('Cast', [i], { outputs: ['number'], attributes: { to: int(1) } });
  const sum = inner.op('Add', [v, float32], { outputs: ['sum'] });
  const next = inner.op('Mul', [sum, inner.capture('h', [3], 'float32')], {
    outputs: ['next'],
    dtype: 'float32',
    shape: [3],
  });
  const exp = how.collects ? [inner.op('Exp', [next], { outputs: ['each'], dtype: 'float32', shape: [3] })] : [];
  b.op('Loop', [b.constant('count', [], [how.count], 'int64'), b.constant('start', [], [1], 'bool'), b.id('h')], {
    attributes: { body: nested(inner.build(again, next, ...exp)) },
    outputs: how.collects ? ['y', 'all'] : ['y'],
  });
  return how.collects ? [b.id('y'), b.id('all')] : b.id('y');
}

/** Two convolutions of half of the channels each, one with a bias. */
function shared(b: GraphBuilder, order: readonly string[]): TensorId {
  b.op('Split', [image(b)], { outputs: ['l', 'r'], attributes: { axis: int(1) } });
  const attributes = { kernel_shape: ints(3, 3), pads: ints(1, 0, 1, 2) };
  const parts = order.map((half, position) => {
    const weight = b.constant(`w${half}`, [3, 2, 3, 3], noise(54, position + 1));
    const bias = position === 0 ? [b.constant('bias', [3], noise(3, 9))] : [];
    return b.op('Conv', [b.id(half), weight, ...bias], { attributes });
  });
  return b.op('Concat', parts, { attributes: { axis: int(1) } });
}

describe('rewrites', () => {
  it.each(cases.filter(({ left }) => left !== undefined).map((each) => [each.name, each] as const))(
    '%s',
    async (_, each) => {
      const graph = graphOf(each);
      let after = graph;
      for (let before: Graph | undefined; before !== after; ) [before, after] = [after, each.pass(after)];
      expect(typesOf(after)).toEqual(each.left);
      await expectSameResults(graph, after);
    },
  );

  it.each(cases.filter(({ left }) => left === undefined).map((each) => [each.name, each] as const))(
    'not: %s',
    (_, each) => {
      const graph = graphOf(each);
      expect(each.pass(graph)).toBe(graph);
    },
  );
});
