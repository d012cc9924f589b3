import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { elementBits } from '../../../src/graph/data-type.ts';
import type { Graph, TensorId } from '../../../src/graph/graph.ts';
import {
  describeWithReference,
  type ReferenceModel,
  referenceBytes,
  referenceModels,
} from '../../support/reference.ts';
import { expectRoundTrip } from './support.ts';

const models = referenceModels().filter(({ format }) => format === 'onnx');

/** Names of `TensorProto.DataType`, as models.json spells them, where they differ from ours in more than case. */
const spelled: Readonly<Record<string, string>> = { float32: 'FLOAT', float64: 'DOUBLE' };

function signature(graph: Graph, ids: readonly TensorId[]) {
  return ids.map((id) => {
    const tensor = graph.tensors[id];
    return [tensor?.shape, spelled[tensor?.dtype ?? ''] ?? tensor?.dtype.toUpperCase()];
  });
}

/** models.json counts elements of the 8-bit types that are in `int32_data` as four bytes. */
function weightBytes(graph: Graph, narrowInInt32: boolean): number {
  return graph.tensors.reduce((total, { data, dtype, shape }) => {
    const scalar = shape?.length === 0 && elementBits(dtype) === 8;
    return total + (data === undefined ? 0 : narrowInInt32 && scalar ? 4 : data.byteLength);
  }, 0);
}

function isAsDescribed(model: ReferenceModel): boolean {
  return createHash('sha256').update(referenceBytes(model)).digest('hex') === model.sha256;
}

describeWithReference('reference models', () => {
  const described = models.filter(isAsDescribed);

  it('has the models that it is about', () => {
    expect(models.length).toBe(45);
    expect(described.length).toBeGreaterThanOrEqual(43);
  });

  it.each(described.map((model) => [model.file, model] as const))(
    'reads %s as models.json states it',
    (file, model) => {
      const graph = readOnnx(referenceBytes(model), file);
      expect(graph.operators.length).toBe(model.ops);
      const stated = (entries: ReferenceModel['inputs']) =>
        entries.map(([shape, type]) =>
          type === 'non-tensor'
            ? [undefined, 'UNKNOWN']
            : [shape.map((extent) => (extent === 0 ? 0 : extent || '?')), type],
        );
      expect(signature(graph, graph.inputs)).toEqual(stated(model.inputs));
      expect(signature(graph, graph.outputs)).toEqual(stated(model.outputs));
      expect([weightBytes(graph, false), weightBytes(graph, true)]).toContain(model.weight_bytes);
    },
  );

  it.each(models.map((model) => [model.file, model] as const))('gives %s back when written', (file, model) => {
    expectRoundTrip(readOnnx(referenceBytes(model), file));
  });
});
