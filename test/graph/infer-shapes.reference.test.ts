import { expect, it } from 'vitest';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../support/reference.ts';
import { noiseFeeds, openOnnx, runOnnx } from '../support/run-onnx.ts';

/** ONNX Runtime has no kernels for these (a custom domain, opset 1, `If` of a version it lost, an IR version that needs listed initialisers). */
const notRun = ['pytorch_superresolution', 'onnx_mnist.onnx', 'If_p2_11', 'toycar.onnx'];
const models = referenceModels().filter(({ format }) => format === 'onnx');

describeWithReference('inferred shapes of the reference models', () => {
  it.each(models.map((model) => [model.file, model] as const))('%s', async (file, model) => {
    const graph = readOnnx(referenceBytes(model), file);
    const inferred = inferShapes(graph);
    if (notRun.some((name) => file.includes(name))) return;
    // Every tensor that an operator computes becomes an output, so that ONNX Runtime says what its shape really is.
    const computed = graph.operators.flatMap((operator) => operator.outputs.filter((id) => id !== null));
    const shown = {
      ...inferred,
      outputs: [...new Set([...graph.outputs, ...computed])].filter((id) => inferred.tensors[id]?.dtype !== 'unknown'),
    };
    const session = await openOnnx(writeOnnx(shown));
    const outputs = await runOnnx(session, noiseFeeds(session));
    const actual = Object.entries(outputs).map(([name, { dims, type }]) => [name, type, [...dims]]);
    const stated = new Map(inferred.tensors.map((tensor) => [tensor.name, tensor]));
    expect(
      actual.map(([name]) => [name, stated.get(name as string)?.dtype, stated.get(name as string)?.shape]),
    ).toEqual(actual);
    expect(actual.length).toBeGreaterThan(0);
  });
});
