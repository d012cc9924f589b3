import { expect, it } from 'vitest';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../support/reference.ts';
import { largestDifference, noiseFeeds, openOnnx, runOnnx } from '../support/run-onnx.ts';

/** ONNX Runtime does not load these as they are: a custom domain, opset 1, an `If` it has no kernel for, unlisted initialisers. */
const notRun = ['pytorch_superresolution', 'onnx_mnist.onnx', 'If_p2_11', 'toycar.onnx'];
const models = referenceModels().filter(({ format }) => format === 'onnx');

describeWithReference('simplifying the reference models', () => {
  it.each(models.map((model) => [model.file, model] as const))('%s', async (file, model) => {
    const bytes = referenceBytes(model);
    const graph = readOnnx(bytes, file);
    const simple = simplifyOnnx(graph);
    const written = writeOnnx(simple);
    expect(simple.operators.length).toBeLessThanOrEqual(graph.operators.length);
    // The models called light have no weights, only the operators that make them.
    if (!file.includes('light_')) expect(written.byteLength).toBeLessThanOrEqual(bytes.byteLength + 256);
    expect(simplifyOnnx(simple)).toBe(simple);
    if (notRun.some((name) => file.includes(name))) return;
    const [before, after] = [await openOnnx(bytes), await openOnnx(written)];
    for (const seed of [1, 2]) {
      const feeds = noiseFeeds(before, seed);
      expect(largestDifference(await runOnnx(before, feeds), await runOnnx(after, feeds))).toBeLessThanOrEqual(1e-5);
    }
  });
});
