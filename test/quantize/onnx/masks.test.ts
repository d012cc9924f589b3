import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../src/calibrate/calibrate.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { nearnessTo } from '../../../src/levers/signal-to-noise.ts';
import { simplifyOnnx } from '../../../src/passes/simplify.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../../../src/quantize/onnx/quantize-onnx.ts';
import { int, ints, onnxGraph } from '../../support/onnx-graphs.ts';
import { randomSamples } from '../small-network.ts';

/** x · xᵀ ─▶ Add causal mask ─▶ Reshape ─▶ Softmax ─▶ Reshape ─▶ · x. */
function attention(hidden: number) {
  const graph = onnxGraph(17);
  const x = graph.op('Mul', [graph.input('x', [1, 8, 4]), graph.constant('size', [], [3])]);
  const turned = graph.op('Transpose', [x], { attributes: { perm: ints(0, 2, 1) } });
  const causal = Array.from({ length: 64 }, (_, at) => (at % 8 > Math.floor(at / 8) ? hidden : 0));
  const masked = graph.op('Add', [graph.op('MatMul', [x, turned]), graph.constant('mask', [8, 8], causal)]);
  const shaped = graph.op('Reshape', [masked, graph.constant('s', [4], [1, 2, 4, 8], 'int64')]);
  const weights = graph.op('Softmax', [shaped], { attributes: { axis: int(3) } });
  const back = graph.op('Reshape', [weights, graph.constant('t', [3], [1, 8, 8], 'int64')]);
  return prepareOnnx(simplifyOnnx(inferShapes(graph.build(graph.op('MatMul', [back, x])))));
}

describe('a mask before a softmax', () => {
  it.each([-100, -1e9, -3.4028234663852886e38, Number.NEGATIVE_INFINITY])(
    'of %f leaves the scores their integers',
    async (hidden) => {
      const graph = attention(hidden);
      const data = randomSamples([8, 4], 12);
      const { ranges } = await calibrate(graph, observedOnnxTensors(graph), data, { observer: 'min-max' });
      const decibels = await nearnessTo(graph, { data })(graph, (each) => quantizeOnnxGraph(each, ranges).graph);
      expect(decibels).toBeGreaterThan(25);
    },
  );
});
