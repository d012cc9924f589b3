import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import { writeOnnxApart } from '../../../src/formats/onnx/write-apart.ts';
import { emptyGraph } from '../../../src/graph/empty-graph.ts';
import { constantOf, tensorOf } from '../../../src/graph/evaluate/constant-value.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { loadOnnxRuntime } from '../../../src/onnx-runtime/load.ts';
import { openGraph } from '../../../src/onnx-runtime/open-graph.ts';

const rows = 40;

/** x [1, 40] ── MatMul(weights [40, 40]) ── Add(bias [40]) ── y; the weights begin in the middle of their buffer. */
function dense(): Graph {
  const bytes = new Uint8Array(rows * rows * 4 + 3);
  const numbers = Float32Array.from({ length: rows * rows }, (_, index) => Math.sin(index));
  bytes.set(new Uint8Array(numbers.buffer), 3);
  const weights = { name: 'weights', dtype: 'float32', shape: [rows, rows], data: bytes.subarray(3) } as const;
  const bias = tensorOf(
    'bias',
    constantOf(
      'float32',
      [rows],
      Array.from({ length: rows }, (_, index) => index),
    ),
  );
  const value = (name: string) => ({ name, dtype: 'float32', shape: [1, rows] }) as const;
  const operator = (type: string, inputs: readonly number[], output: number) =>
    ({ name: type, type, domain: '', version: 13, inputs, outputs: [output], attributes: {} }) as const;
  return {
    ...emptyGraph('onnx', 'dense'),
    tensors: [value('x'), weights, value('product'), bias, value('y')],
    operators: [operator('MatMul', [0, 1], 2), operator('Add', [2, 3], 4)],
    inputs: [0],
    outputs: [4],
  };
}

describe('a model whose content lies beside it', () => {
  it('reads as the one that has it inside, without a copy of what is large', () => {
    const graph = dense();
    const { model, content } = writeOnnxApart(graph);
    expect(content.map(({ data }) => data.buffer)).toEqual([graph.tensors[1]?.data?.buffer]);
    expect(model.byteLength).toBeLessThan(1000);
    const files = new Map(content.map(({ path, data }) => [path, data]));
    const read = readOnnx(model, 'apart', { externalData: (path) => files.get(path) });
    expect(writeOnnx(read)).toEqual(writeOnnx(readOnnx(writeOnnx(graph), 'whole')));
  });

  it('computes the same in ONNX Runtime, which may also be one that does not take it apart', async () => {
    const runtime = await loadOnnxRuntime();
    expect(runtime.takesContent).toBe(true);
    const x = { dtype: 'float32', shape: [1, rows], data: Float32Array.from({ length: rows }, Math.cos) } as const;
    const whole = await runtime.open(writeOnnx(dense()));
    const apart = await openGraph(runtime, dense(), {});
    const old = await openGraph({ ...runtime, takesContent: false }, dense(), {});
    const expected = await whole.run({ x });
    expect(await apart.run({ x })).toEqual(expected);
    expect(await old.run({ x })).toEqual(expected);
    await Promise.all([whole, apart, old].map((session) => session.close()));
  });

  it('is read where it lies: content of a file is not copied out of it when there is much', () => {
    const file = writeOnnx(dense());
    const { tensors } = readOnnx(file, 'whole');
    const [weights, bias] = ['weights', 'bias'].map((name) => tensors.find((tensor) => tensor.name === name));
    expect(weights?.data?.buffer).toBe(file.buffer);
    expect(bias?.data?.buffer).not.toBe(file.buffer);
  });
});
