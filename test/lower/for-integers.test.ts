import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { nearnessTo } from '../../src/levers/signal-to-noise.ts';
import { forIntegers } from '../../src/lower/for-integers.ts';
import { lowerToTflite } from '../../src/lower/lower.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { observedTensors } from '../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../src/quantize/tflite/quantize-tflite.ts';
import { randomSamples } from '../quantize/small-network.ts';
import { type GraphBuilder, onnxGraph } from '../support/onnx-graphs.ts';
import { differenceToOnnxRuntime, loweredTypes } from './lowered.ts';

const scaled = (graph: GraphBuilder): TensorId =>
  graph.op('Mul', [graph.input('x', [1, 16, 8]), graph.constant('size', [], [4])]);

const cases: Readonly<Record<string, (graph: GraphBuilder) => TensorId>> = {
  Gelu: (graph) => graph.op('Gelu', [scaled(graph)]),
  Erf: (graph) => graph.op('Erf', [scaled(graph)]),
  // x ─▶ Div √2 ─▶ Erf ─▶ Add 1 ─▶ Mul x ─▶ Mul ½, as PyTorch exports GELU.
  'GELU in parts': (graph) => {
    const x = scaled(graph);
    const error = graph.op('Erf', [graph.op('Div', [x, graph.constant('root', [], [Math.SQRT2])])]);
    const doubled = graph.op('Mul', [x, graph.op('Add', [error, graph.constant('one', [], [1])])]);
    return graph.op('Mul', [doubled, graph.constant('half', [], [0.5])]);
  },
};

const simple = (build: (graph: GraphBuilder) => TensorId): Graph => {
  const graph = onnxGraph(20);
  return simplifyOnnx(inferShapes(graph.build(build(graph))));
};

/** Signal to noise of a float graph's int8, in decibels. */
async function decibels(graph: Graph): Promise<number> {
  const data = randomSamples([16, 8], 20);
  const { ranges } = await calibrate(graph, observedTensors(graph), data, { observer: 'min-max' });
  return nearnessTo(graph, { data })(graph, (each) => quantizeTflite(each, ranges).graph);
}

describe('a graph that is lowered for integers', () => {
  it.each(Object.entries(cases))('%s: nearly the same function, by tanh', async (_, build) => {
    const graph = simple(build);
    const result = lowerToTflite(forIntegers(graph));
    expect(loweredTypes(result)).toContain('TANH');
    expect(loweredTypes(result)).not.toContain('EXP');
    expect(await differenceToOnnxRuntime(graph, result, 3)).toBeLessThanOrEqual(5e-4);
  });

  it.each(Object.entries(cases))('%s: int8 keeps its results, which it does not otherwise', async (_, build) => {
    const graph = simple(build);
    expect(await decibels(lowerToTflite(forIntegers(graph)).graph)).toBeGreaterThan(25);
    expect(await decibels(lowerToTflite(graph).graph)).toBeLessThan(15);
  });
});
