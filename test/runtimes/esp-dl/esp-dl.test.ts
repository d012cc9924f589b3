import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { quantizeOnnx } from '../../../src/quantize/onnx/quantize-onnx.ts';
import { espDl } from '../../../src/runtimes/esp-dl/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { builder, randomSamples, smallNetwork } from '../../quantize/small-network.ts';

const estimateOf = (graph: Graph, target = resolveTarget('esp32-p4/esp-dl')) =>
  espDl.estimate({ format: 'onnx', bytes: writeOnnx(graph), graph }, target);

describe('esp-dl', () => {
  test('an int8 network is taken, its scales are told to be rounded', async () => {
    const graph = inferShapes((await quantizeOnnx(smallNetwork(), randomSamples([1, 2, 8, 8], 12))).graph);
    const { deployable, findings, latency } = estimateOf(graph);
    expect([deployable, findings.map(({ code }) => code)]).toEqual([true, ['rounded-scales']]);
    expect(latency?.value).toBeGreaterThan(0);
    // A network that fits in caches waits for no memory: the same vectors, at another clock.
    const s3 = estimateOf(graph, resolveTarget('esp32-s3/esp-dl'));
    expect(s3.latency?.value).toBeGreaterThan(latency?.value ?? Number.POSITIVE_INFINITY);
  });

  test.each(['esp32-p4/esp-dl', 'esp32-s3/esp-dl'])(
    'what is quantised by the rules of %s is taken as it is',
    async (id) => {
      const target = resolveTarget(id);
      const rules = espDl.qdqRules?.(target);
      const { graph } = await quantizeOnnx(smallNetwork(), randomSamples([1, 2, 8, 8], 12), rules && { rules });
      expect(estimateOf(inferShapes(graph), target)).toMatchObject({ deployable: true, findings: [] });
      // Results are integers too, at the end as well.
      expect(graph.operators.at(-1)?.type).toBe('DequantizeLinear');
      const scales = graph.operators
        .filter(({ type }) => type === 'DequantizeLinear')
        .map(({ inputs }) => graph.tensors[inputs[1] ?? -1]?.shape?.length);
      expect(scales.includes(1)).toBe(id === 'esp32-p4/esp-dl');
    },
  );

  test('a float network is refused where there is no float module', () => {
    const { deployable, findings } = estimateOf(smallNetwork());
    expect(deployable).toBe(false);
    expect(findings[0]).toMatchObject({
      code: 'unsupported-operator',
      message: expect.stringContaining('for integers only'),
    });
  });

  test('an operator without a module is named', () => {
    const g = builder(13);
    const [x, y] = [g.tensor('x', [1, 4]), g.tensor('y', [1, 4])];
    g.operator('Erf', [x], [y]);
    expect(estimateOf(g.graph([x], [y])).findings).toMatchObject([
      { message: expect.stringContaining('no module for Erf') },
    ]);
  });
});
