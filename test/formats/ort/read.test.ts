import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { encodeTable, encoding } from '../../../src/formats/flatbuffer/encode.ts';
import type { TableValue } from '../../../src/formats/flatbuffer/value.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import { readOrt } from '../../../src/formats/ort/read.ts';
import { ortSchema } from '../../../src/formats/ort/schema.ts';
import { ortVersionOf } from '../../../src/formats/ort/version.ts';
import { readModel } from '../../../src/formats/read-model.ts';
import { tensorAt } from '../../../src/graph/access.ts';
import type { Graph, TensorId } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { graphMacs } from '../../../src/graph/macs.ts';
import { loadOnnxRuntime } from '../../../src/onnx-runtime/load.ts';
import { ortFile } from '../../../src/onnx-runtime/ort-file.ts';
import { simplifyOnnx } from '../../../src/passes/simplify.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';

/** A file of this table, as ONNX Runtime would write it. */
function ortBytes(session: TableValue): Uint8Array {
  const target = encoding(ortSchema, 1024);
  target.builder.finish(encodeTable(target, ortSchema.tableType('InferenceSession'), session), 'ORTM');
  return target.builder.asUint8Array();
}

const ends = (graph: Graph, ids: readonly TensorId[]): readonly unknown[] =>
  ids.map((id) => {
    const { name, dtype, shape } = tensorAt(graph, id);
    return { name, dtype, shape };
  });

const tensorType = (...extents: (number | string)[]): TableValue => ({
  value: {
    type: 'TensorTypeAndShape',
    value: {
      elem_type: 1,
      shape: {
        dim: extents.map((extent) => ({
          value: typeof extent === 'number' ? { dim_type: 1, dim_value: extent } : { dim_type: 2, dim_param: extent },
        })),
      },
    },
  },
});

/** x [n, 2] ─ Add ─ y, in a graph that may be damaged. */
function small(changes: TableValue = {}, tensor: TableValue = {}): Uint8Array {
  const graph: TableValue = {
    inputs: ['x'],
    outputs: ['y'],
    node_args: [
      { name: '' },
      { name: 'x', type: tensorType('n', 2) },
      { name: 'y', type: tensorType('n', 2) },
      { name: 'two', type: tensorType(1) },
    ],
    nodes: [{ name: 'add', op_type: 'Add', domain: '', since_version: 14, inputs: ['x', 'two'], outputs: ['y'] }],
    initializers: [
      {
        name: 'two',
        dims: [1],
        data_type: 1,
        raw_data: new Uint8Array(Float32Array.of(2).buffer),
        external_data_offset: -1,
        ...tensor,
      },
    ],
    ...changes,
  };
  return ortBytes({ ort_version: '6', model: { ir_version: 8, opset_import: [{ domain: '', version: 17 }], graph } });
}

describe('readOrt', () => {
  it('reads operators, constants, open extents and the ends of a graph', () => {
    const graph = readOrt(small(), 'm.ort');
    expect(graph.dialect).toBe('onnx');
    expect(graph.operators).toMatchObject([{ name: 'add', type: 'Add', domain: '', version: 17 }]);
    expect(ends(graph, graph.inputs)).toEqual([{ name: 'x', dtype: 'float32', shape: ['n', 2] }]);
    expect(ends(graph, graph.outputs)).toEqual([{ name: 'y', dtype: 'float32', shape: ['n', 2] }]);
    expect(graph.tensors.find(({ name }) => name === 'two')?.data).toEqual(new Uint8Array(Float32Array.of(2).buffer));
    expect(graph.notes).toEqual([]);
    expect(ortVersionOf(graph)).toBe('6');
  });

  it('reads attributes of every kind, and graphs inside operators with what they take from around them', () => {
    const inner: TableValue = {
      outputs: ['inside'],
      nodes: [{ name: 'inner', op_type: 'Relu', domain: '', inputs: ['x'], outputs: ['inside'] }],
      node_args: [{ name: 'inside', type: tensorType('n', 2) }],
    };
    const attributes = [
      { name: 'f', type: 1, f: 0.5, i: 0 },
      { name: 'i', type: 2, i: -3, f: 0 },
      { name: 's', type: 3, s: 'wörd' },
      {
        name: 't',
        type: 4,
        t: { name: 'c', dims: [2], data_type: 7, raw_data: new Uint8Array(16), external_data_offset: -1 },
      },
      { name: 'g', type: 5, g: inner },
      { name: 'fs', type: 6, floats: [1, 2.5] },
      { name: 'is', type: 7, ints: [1, -2] },
      { name: 'ss', type: 8, strings: ['a', ''] },
    ];
    const graph = readOrt(
      small({ nodes: [{ name: 'op', op_type: 'If', domain: '', inputs: ['x'], outputs: ['y'], attributes }] }),
      'm.ort',
    );
    expect(graph.operators[0]?.attributes).toMatchObject({
      f: { kind: 'float', value: 0.5 },
      i: { kind: 'int', value: -3 },
      s: { kind: 'string', value: 'wörd' },
      t: { kind: 'tensor', value: { dtype: 'int64', shape: [2] } },
      g: { kind: 'graph', value: { operators: [{ type: 'Relu' }], captures: [{ name: 'x' }] } },
      fs: { kind: 'floats', value: [1, 2.5] },
      is: { kind: 'ints', value: [1, -2] },
      ss: { kind: 'strings', value: ['a', ''] },
    });
  });

  const deep = (depth: number): TableValue =>
    depth === 0
      ? {}
      : { nodes: [{ name: 'n', op_type: 'If', attributes: [{ name: 'g', type: 5, g: deep(depth - 1) }] }] };
  it.each([
    ['no model', ortBytes({ ort_version: '6' }), 'is an ONNX Runtime file without a model'],
    ['no graph', ortBytes({ model: { ir_version: 8 } }), 'without a graph'],
    ['constants elsewhere', small({}, { external_data_offset: 4096 }), 'keeps its constants in a file beside it'],
    ['a constant of the wrong length', small({}, { dims: [3] }), 'claims 12 bytes but holds 4'],
    ['an impossible shape', small({}, { dims: [-1] }), 'impossible shape'],
    ['a tensor that nothing computes', small({ outputs: ['z'] }), 'nothing computes the tensor "z"'],
    ['graphs in graphs without end', ortBytes({ model: { ir_version: 8, graph: deep(120) } }), 'nested too deep'],
    ['the beginning alone', small().subarray(0, 60), 'm.ort is damaged'],
    ['eight bytes', Uint8Array.of(4, 0, 0, 0, 0x4f, 0x52, 0x54, 0x4d), 'm.ort is damaged'],
  ])('answers %s with one sentence', (_, bytes, message) => {
    expect(() => readOrt(bytes, 'm.ort')).toThrow(UserError);
    expect(() => readOrt(bytes, 'm.ort')).toThrow(message);
  });

  it('answers damaged files with a graph or one sentence', () => {
    const whole = small();
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(damage, fc.integer({ min: 8, max: whole.length }), (places, end) => {
        const bytes = whole.slice();
        for (const [at, byte] of places) bytes[at] = byte;
        try {
          readOrt(bytes.subarray(0, end), 'm.ort');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** What a model gives for the same numbers. */
async function outputsOf(bytes: Uint8Array, graph: Graph): Promise<readonly Float32Array[]> {
  const session = await (await loadOnnxRuntime()).open(bytes, { integerKernels: true });
  const feeds = Object.fromEntries(
    graph.inputs.map((id) => {
      const { name, shape } = tensorAt(graph, id);
      const extents = (shape ?? []).map((extent) => (typeof extent === 'number' ? extent : 1));
      const data = Float32Array.from({ length: extents.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(at));
      return [name, { dtype: 'float32', shape: extents, data }] as const;
    }),
  );
  const outputs = Object.values(await session.run(feeds)).map(({ data }) => data as Float32Array);
  await session.close();
  return outputs;
}

describe('a model that ONNX Runtime saved', () => {
  const path = 'fixtures/hard/hard.onnx';
  const original = readFileSync(path);
  let saved: Uint8Array;
  beforeAll(async () => {
    saved = await ortFile(original);
  });

  it('has the ends and the work of the model that it was made from, and the operators that it became', () => {
    const before = inferShapes(readModel(original, path).graph);
    const read = readModel(saved, 'hard.ort');
    const after = inferShapes(read.graph);
    expect(read.format).toBe('ort');
    expect(read.graph.notes).toEqual([]);
    expect(ends(after, after.inputs)).toEqual(ends(before, before.inputs));
    expect(ends(after, after.outputs)).toEqual(ends(before, before.outputs));
    expect(graphMacs(after)).toBe(graphMacs(before));
    expect(after.operators.length).toBeLessThan(before.operators.length);
    expect(after.operators.map(({ domain, type }) => `${domain}:${type}`)).toContain('com.microsoft:FusedConv');
    expect(after.tensors.filter(({ shape }) => shape === undefined)).toEqual([]);
  });

  it('computes the same when it is written as ONNX again', async () => {
    const { graph } = readModel(saved, 'hard.ort');
    const [wanted, got] = [await outputsOf(saved, graph), await outputsOf(writeOnnx(graph), graph)];
    expect(wanted.length).toBeGreaterThan(0);
    // What is loaded as ONNX may be rewritten once more, which changes the last bits.
    for (const [index, values] of wanted.entries())
      for (const [at, value] of values.entries()) expect(got[index]?.[at]).toBeCloseTo(value, 5);
  });
});

describeWithReference('real models that ONNX Runtime saved', () => {
  const models = referenceModels().filter(({ format, bytes }) => format === 'onnx' && bytes < 2e6);
  it.each(models)('$file', async (model) => {
    const { file } = model;
    const original = referenceBytes(model);
    const saved = await ortFile(original).catch(() => undefined);
    if (saved === undefined) return;
    // Without what nothing reads, which ONNX Runtime leaves out; of two operators that compute the same it also leaves out one where we do not (light_inception_v2).
    const before = inferShapes(simplifyOnnx(inferShapes(readModel(original, file).graph)));
    const after = inferShapes(readModel(saved, 'm.ort').graph);
    expect(ends(after, after.outputs).length).toBe(before.outputs.length);
    const [macs, most] = [graphMacs(after), graphMacs(before)];
    if (file.includes('inception_v2')) expect(macs).toBeLessThan(most);
    else expect(macs).toBe(most);
    expect(after.tensors.filter(({ shape }) => shape === undefined)).toEqual([]);
  });
});
