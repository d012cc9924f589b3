import { expect, it } from 'vitest';
import { tensorAt } from '../../../src/graph/access.ts';
import type { Graph, TensorId } from '../../../src/graph/graph.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';

const models = referenceModels().filter(({ format }) => format === 'tflite');

describeWithReference('every reference .tflite', () => {
  it.each(models.map((model) => [model.file, model] as const))('%s', (file, model) => {
    const bytes = referenceBytes(model);
    const graph = readTflite(bytes, file);
    const ends = (ids: readonly TensorId[]) =>
      ids.map((id) => {
        const { shape, dtype } = tensorAt(graph, id);
        return [shape, dtype];
      });
    expect(graph.operators.length).toBe(model.ops);
    expect(ends(graph.inputs)).toEqual(model.inputs);
    expect(ends(graph.outputs)).toEqual(model.outputs);
    const written = writeTflite(graph);
    expect(readTflite(written, file)).toEqual(graph);
    expect(writeTflite(graph)).toEqual(written);
  });
});
