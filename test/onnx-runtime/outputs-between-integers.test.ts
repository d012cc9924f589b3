import { expect, it } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { loadOnnxRuntime } from '../../src/onnx-runtime/load.ts';
import { onnxGraph } from '../support/onnx-graphs.ts';

// ONNX Runtime 1.30.0 takes the process down here, unless its pass is left out.
it('gives what is rounded once more with the same scale, where the model has both as outputs', async () => {
  const g = onnxGraph(13);
  const scale = g.constant('scale', [], [0.5]);
  const zero = g.constant('zero', [], [3], 'int8');
  const rounded = (from: number, name: string) =>
    g.op('DequantizeLinear', [g.op('QuantizeLinear', [from, scale, zero], { dtype: 'int8' }), scale, zero], {
      outputs: [name],
      dtype: 'float32',
      shape: [4],
    });
  const once = rounded(g.input('x', [4]), 'once');
  const graph = g.build(rounded(once, 'twice'), once);
  const session = await (await loadOnnxRuntime()).open(writeOnnx(graph));
  const results = await session.run({ x: { dtype: 'float32', shape: [4], data: Float32Array.of(0.6, 1, -2.1, 3) } });
  expect(results.once?.data).toEqual(Float32Array.of(0.5, 1, -2, 3));
  expect(results.twice?.data).toEqual(results.once?.data);
  await session.close();
});
