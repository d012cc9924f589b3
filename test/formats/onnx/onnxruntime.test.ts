import { isDeepStrictEqual } from 'node:util';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { TensorProto } from '../../../src/formats/onnx/messages.ts';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';
import { info, modelBytes, node } from './support.ts';

const models = referenceModels().filter(({ format }) => format === 'onnx');

/** Only what the test asserts is worth reading. */
const silent: ort.InferenceSession.SessionOptions = { executionProviders: ['cpu'], logSeverityLevel: 4 };

async function open(bytes: Uint8Array): Promise<ort.InferenceSession | undefined> {
  try {
    return await ort.InferenceSession.create(bytes, silent);
  } catch {
    return undefined;
  }
}

/** Pseudo-random numbers in [-1, 1), the same every time (Numerical Recipes' linear congruential generator). */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function feed(graph: Graph): Record<string, ort.Tensor> {
  const random = randomNumbers();
  const entries = graph.inputs.map((id) => {
    const { name, dtype, shape } = graph.tensors[id] as Tensor;
    const dims = (shape ?? []).map((extent) => (typeof extent === 'number' ? extent : 1));
    const count = dims.reduce((product, extent) => product * extent, 1);
    if (dtype === 'float32')
      return [name, new ort.Tensor('float32', Float32Array.from({ length: count }, random), dims)];
    if (dtype === 'int8')
      return [
        name,
        new ort.Tensor(
          'int8',
          Int8Array.from({ length: count }, () => random() * 127),
          dims,
        ),
      ];
    if (dtype === 'uint8') return [name, new ort.Tensor('uint8', new Uint8Array(count).fill(90), dims)];
    if (dtype === 'int64') return [name, new ort.Tensor('int64', new BigInt64Array(count).fill(1n), dims)];
    if (dtype === 'bool') return [name, new ort.Tensor('bool', new Uint8Array(count).fill(1), dims)];
    throw new Error(`no random ${dtype}`);
  });
  return Object.fromEntries(entries) as Record<string, ort.Tensor>;
}

/** The outputs' shapes and bytes, or why it does not run. */
async function run(session: ort.InferenceSession, inputs: Record<string, ort.Tensor>) {
  try {
    const outputs = await session.run(inputs);
    return Object.entries(outputs).map(([name, tensor]) => {
      const data = tensor.data as Uint8Array;
      return [name, tensor.dims, Buffer.from(data.buffer, data.byteOffset, data.byteLength)] as const;
    });
  } catch (error) {
    return String(error);
  }
}

describeWithReference('ONNX Runtime and what we write', () => {
  let compared = 0;

  it.each(models.map((model) => [model.file, model] as const))('%s', async (file, model) => {
    const original = referenceBytes(model);
    const before = await open(original);
    if (before === undefined) return;
    const graph = readOnnx(original, file);
    const after = await open(writeOnnx(graph));
    expect(after).toBeDefined();
    expect([after?.inputNames, after?.outputNames]).toEqual([before.inputNames, before.outputNames]);
    const inputs = feed(graph);
    const expected = await run(before, inputs);
    // Not toEqual: element by element it takes minutes for the larger outputs.
    expect(isDeepStrictEqual(after && (await run(after, inputs)), expected)).toBe(true);
    if (typeof expected !== 'string') compared++;
    await before.release();
    await after?.release();
  });

  it('was compared on the outputs of every model that it loads', () => {
    expect(compared).toBe(models.filter(({ ort_loads }) => ort_loads === true).length);
    expect(compared).toBeGreaterThan(0);
  });
});

describe('constants of every type that ONNX Runtime casts', () => {
  const integers = Uint8Array.of(0x80, 0x01, 7);
  it.each<readonly [string, number, TensorProto, readonly number[]]>([
    ['float32', 1, { dims: [1], floatData: Uint8Array.of(0, 0, 0xc0, 0x3f) }, [1.5]],
    ['float64', 11, { dims: [1], doubleData: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x3f) }, [1.5]],
    ['float16', 10, { dims: [1], int32Data: Uint8Array.of(0x80, 0x7c) }, [1.5]],
    ['bfloat16', 16, { dims: [1], int32Data: Uint8Array.of(0xc0, 0x7f) }, [1.5]],
    ['int64', 7, { dims: [2], int64Data: integers }, [128, 7]],
    ['uint64', 13, { dims: [2], uint64Data: integers }, [128, 7]],
    ['uint32', 12, { dims: [2], uint64Data: integers }, [128, 7]],
    ['int32', 6, { dims: [2], int32Data: integers }, [128, 7]],
    ['int16', 5, { dims: [2], int32Data: integers }, [128, 7]],
    ['uint16', 4, { dims: [2], int32Data: integers }, [128, 7]],
    ['uint8', 2, { dims: [2], int32Data: integers }, [128, 7]],
    ['int8', 3, { dims: [1], int32Data: Uint8Array.of(...Array(9).fill(0xff), 1) }, [-1]],
    ['bool', 9, { dims: [2], int32Data: Uint8Array.of(1, 0) }, [1, 0]],
    ['int4', 22, { dims: [3], int32Data: Uint8Array.of(0x1f, 0x07) }, [-1, 1, 7]],
    ['uint4', 21, { dims: [2], int32Data: Uint8Array.of(0xa5, 0x01) }, [5, 10]],
    ['float8e4m3fn', 17, { dims: [1], int32Data: Uint8Array.of(0x3c) }, [1.5]],
    ['float8e5m2', 19, { dims: [1], int32Data: Uint8Array.of(0x3e) }, [1.5]],
  ])('%s', async (_dtype, dataType, proto, values) => {
    const bytes = modelBytes(
      {
        name: 'g',
        output: [info('y', [values.length])],
        initializer: [{ name: 'w', dataType, ...proto }],
        node: [node('Cast', ['w'], 'y', { attribute: [{ name: 'to', type: 2, i: 1 }] })],
      },
      { irVersion: 10, opsetImport: [{ version: 21 }] },
    );
    for (const model of [bytes, writeOnnx(readOnnx(bytes, 'typed.onnx'))]) {
      const session = await ort.InferenceSession.create(model, silent);
      const { y } = await session.run({});
      expect(Array.from(y?.data as Float32Array)).toEqual(values);
      await session.release();
    }
  });
});
