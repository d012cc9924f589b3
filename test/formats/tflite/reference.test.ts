import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { usualOptions } from '../../../src/formats/tflite/schema/operators.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import { isConstant, tensorAt } from '../../../src/graph/access.ts';
import type { TensorId } from '../../../src/graph/graph.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';

const models = referenceModels().filter(({ format }) => format === 'tflite');

describeWithReference('every reference .tflite', () => {
  it.each(models.map((model) => [model.file, model] as const))('%s', (file, model) => {
    const bytes = referenceBytes(model);
    expect(bytes.length).toBe(model.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(model.sha256);
    const graph = readTflite(bytes, file);
    const ends = (ids: readonly TensorId[]) =>
      ids.map((id) => {
        const { shape, dtype } = tensorAt(graph, id);
        return [shape, dtype];
      });
    expect(graph.operators.length).toBe(model.ops);
    expect(ends(graph.inputs)).toEqual(model.inputs);
    expect(ends(graph.outputs)).toEqual(model.outputs);
    const custom = graph.operators.filter(({ domain }) => domain === 'custom').map(({ type }) => type);
    expect([...new Set(custom)].sort()).toEqual([...new Set(model.custom_ops)].sort());
    const written = writeTflite(graph);
    // Not toEqual: it prints megabytes of bytes when it fails.
    expect(isDeepStrictEqual(readTflite(written, file), graph)).toBe(true);
    expect(Buffer.compare(writeTflite(readTflite(written, file)), written)).toBe(0);
    expect(written.length).toBeLessThanOrEqual(bytes.length);
  });

  it('has constants of the sizes that models.json states', () => {
    const sizes = models.map((model) => {
      const { tensors } = readTflite(referenceBytes(model), model.file);
      const buffers = new Set(tensors.filter(isConstant).flatMap(({ data }) => data ?? []));
      return [model.file, [...buffers].reduce((sum, data) => sum + data.length, 0)];
    });
    expect(sizes).toEqual(models.map(({ file, weight_bytes }) => [file, weight_bytes]));
  });

  it('uses for no operator another options table than the usual one or none', () => {
    const tables = models.flatMap((model) =>
      readTflite(referenceBytes(model), model.file).operators.flatMap(({ type, extras }) =>
        typeof extras?.options === 'string' ? [`${type}: ${extras.options}, not ${usualOptions(type)}`] : [],
      ),
    );
    expect(tables).toEqual([]);
  });
});
