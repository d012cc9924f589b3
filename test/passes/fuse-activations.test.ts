import { describe, expect, it } from 'vitest';
import { contentOf, numbersOf } from '../../src/graph/evaluate/constant-value.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { fuseActivations } from '../../src/passes/fuse-activations.ts';
import { fuseHardSwish } from '../../src/passes/fuse-hard-swish.ts';
import { float, type GraphBuilder, onnxGraph } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

type Step = (builder: GraphBuilder, x: number) => number;

const relu: Step = (builder, x) => builder.op('Relu', [x]);
const plain =
  (type: string): Step =>
  (builder, x) =>
    builder.op(type, [x]);
let serial = 0;
const scalar = (builder: GraphBuilder, value: number) => builder.constant(`k${serial++}`, [], [value]);
const clip =
  (min: number | null, max: number | null): Step =>
  (builder, x) =>
    builder.op('Clip', [x, min === null ? null : scalar(builder, min), max === null ? null : scalar(builder, max)]);
const withScalar =
  (type: string, value: number): Step =>
  (builder, x) =>
    builder.op(type, [x, scalar(builder, value)]);

function chain(opset: number, ...steps: readonly Step[]): Graph {
  const builder = onnxGraph(opset);
  // Noise of −1 … 1 made wide enough to reach every bound below.
  let x = builder.op('Mul', [builder.input('x', [2, 64]), scalar(builder, 9)]);
  for (const step of steps) x = step(builder, x);
  return builder.build(builder.op('Neg', [x]));
}

/** The operators between the two ends, `Clip` with its bounds. */
function middle(graph: Graph): readonly string[] {
  return graph.operators.slice(1, -1).map((operator) => {
    if (operator.type !== 'Clip') return operator.type;
    const bounds = operator.inputs.slice(1).map((id) => {
      const tensor = id === null ? undefined : graph.tensors[id];
      const content = tensor && contentOf(tensor);
      return content ? numbersOf(content)?.[0] : '';
    });
    return `Clip(${bounds.join(', ')})`;
  });
}

describe('fuseActivations', () => {
  it.each<[string, Graph, readonly string[]]>([
    ['Relu twice', chain(17, relu, relu), ['Relu']],
    ['Relu and Clip', chain(17, relu, clip(-1, 6)), ['Clip(0, 6)']],
    ['Clip and Relu', chain(17, clip(-3, 6), relu), ['Clip(0, 6)']],
    ['Clips that do not meet', chain(17, clip(-3, -1), clip(2, 5)), ['Clip(2, 2)']],
    ['Clip from 0', chain(17, clip(0, null)), ['Relu']],
    ['Clip to the largest float', chain(17, clip(0, 3.4028234663852886e38)), ['Relu']],
    ['Clip without bounds', chain(17, clip(null, null)), []],
    ['Clip with one bound', chain(17, clip(null, 2), clip(null, 1)), ['Clip(, 1)']],
    ['Max and Min', chain(17, withScalar('Max', 0), withScalar('Min', 6)), ['Clip(0, 6)']],
    ['Relu of what is not negative', chain(17, plain('Sigmoid'), relu), ['Sigmoid']],
    ['Clip of what stays inside', chain(17, plain('Tanh'), clip(-1, 1)), ['Tanh']],
    ['Clip of what does not', chain(17, plain('Tanh'), clip(-0.5, 1)), ['Tanh', 'Clip(-0.5, 1)']],
    ['LeakyRelu is none of it', chain(17, plain('LeakyRelu'), relu), ['LeakyRelu', 'Relu']],
  ])('%s', async (_, graph, expected) => {
    const fused = fuseActivations(graph);
    expect(middle(fused)).toEqual(expected);
    await expectSameResults(graph, fused, 0);
  });

  it('writes bounds as attributes before opset 11', async () => {
    const bounded: Step = (builder, x) => builder.op('Clip', [x], { attributes: { min: float(-1), max: float(6) } });
    const graph = chain(9, relu, bounded);
    const fused = fuseActivations(graph);
    expect(fused.operators[1]?.attributes).toEqual({ max: float(6), min: float(0) });
    await expectSameResults(graph, fused, 0);
  });

  it('keeps the first of two where others use it', () => {
    const builder = onnxGraph();
    const first = builder.op('Relu', [builder.input('x', [3])]);
    const second = builder.op('Clip', [first, null, scalar(builder, 6)]);
    const graph = builder.build(builder.op('Add', [first, second]));
    expect(fuseActivations(graph)).toBe(graph);
  });

  it('keeps computed bounds and integers', () => {
    const builder = onnxGraph();
    const x = builder.input('x', [3]);
    const clipped = builder.op('Clip', [builder.op('Relu', [x]), builder.input('min', [])]);
    const whole = builder.input('n', [3], 'int32');
    const zero = builder.constant('zero', [], [0], 'int32');
    const graph = builder.build(clipped, builder.op('Max', [whole, zero]));
    expect(fuseActivations(graph)).toBe(graph);
  });

  const quantised = (step: Step, scale: number, zero: number, dtype: 'int8' | 'uint8') =>
    chain(17, step, (builder, x) => {
      const parameters = [builder.constant('s', [], [scale]), builder.constant('z', [], [zero], dtype)];
      return builder.op('DequantizeLinear', [builder.op('QuantizeLinear', [x, ...parameters]), ...parameters]);
    });

  it.each([
    ['Relu at the lowest integer', quantised(relu, 0.05, -128, 'int8'), true],
    ['Relu above it', quantised(relu, 0.05, -127, 'int8'), false],
    ['Clip at both ends', quantised(clip(0, 6), 6 / 255, 0, 'uint8'), true],
    ['Clip within', quantised(clip(0, 6), 7 / 255, 0, 'uint8'), false],
  ])('a quantisation makes up for %s', async (_, graph, isGone) => {
    const fused = fuseActivations(graph);
    expect(middle(fused)).toHaveLength(isGone ? 2 : 3);
    await expectSameResults(graph, fused, 0);
  });
});

describe('fuseHardSwish', () => {
  const clipped: Step = (builder, x) => clip(0, 6)(builder, withScalar('Add', 3)(builder, x));
  const sigmoid: Step = (builder, x) => withScalar('Div', 6)(builder, clipped(builder, x));
  const times =
    (step: Step): Step =>
    (builder, x) =>
      builder.op('Mul', [step(builder, x), x]);

  it.each<[string, Graph, readonly string[]]>([
    ['Clip(x + 3, 0, 6) / 6', chain(13, sigmoid), ['HardSigmoid']],
    ['Clip(x + 3, 0, 6) · 1/6', chain(13, (b, x) => withScalar('Mul', 1 / 6)(b, clipped(b, x))), ['HardSigmoid']],
    ['x · HardSigmoid(x)', chain(14, times(sigmoid)), ['HardSwish']],
    ['x · Clip(x + 3, 0, 6) / 6', chain(14, (b, x) => withScalar('Div', 6)(b, times(clipped)(b, x))), ['HardSwish']],
    ['before opset 14', chain(13, times(sigmoid)), ['HardSigmoid', 'Mul']],
    ['another divisor', chain(14, (b, x) => withScalar('Div', 5)(b, clipped(b, x))), ['Add', 'Clip(0, 6)', 'Div']],
  ])('%s', async (_, graph, expected) => {
    const fused = fuseHardSwish(fuseHardSwish(graph));
    expect(middle(fused)).toEqual(expected);
    await expectSameResults(graph, fused);
  });
});
