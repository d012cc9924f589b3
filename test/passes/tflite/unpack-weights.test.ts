import { describe, expect, it } from 'vitest';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { openInterpreter } from '../../../src/kernels/run-graph.ts';
import { unpackWeights } from '../../../src/passes/tflite/unpack-weights.ts';
import { finishForTflm } from '../../../src/runtimes/tflm/finish.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { sparseBy } from '../../support/sparse-constant.ts';
import { tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

/** 1, −2, 0 and 0.5 in half precision. */
const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0000, 0x3800).buffer);
const real = (name: string, shape: readonly number[]): Tensor => ({ name, dtype: 'float32', shape });
const half = (parts: Partial<Tensor>): Tensor => ({ name: 'packed', dtype: 'float16', shape: [4], ...parts });

/** x + DEQUANTIZE(packed), or x + DEQUANTIZE(DENSIFY(packed)). */
function sum(packed: Tensor, isSparse = false): Graph {
  const densify = tfliteOperator('DENSIFY', { inputs: [1], outputs: [2] });
  return tfliteGraph({
    tensors: [real('x', [4]), packed, half({ name: 'dense' }), real('weights', [4]), real('sum', [4])],
    operators: [
      ...(isSparse ? [densify] : []),
      tfliteOperator('DEQUANTIZE', { inputs: [isSparse ? 2 : 1], outputs: [3] }),
      tfliteOperator('ADD', {
        inputs: [0, 3],
        outputs: [4],
        attributes: { fused_activation_function: { kind: 'string', value: 'NONE' } },
      }),
    ],
    inputs: [0],
    outputs: [4],
  });
}
const ran = (graph: Graph) => [...(openInterpreter(graph).run([Float32Array.of(1, 1, 1, 1)])[0] ?? [])];

/** The elements that are not 0, without them. */
function sparse(): Tensor {
  const { data, sparsity } = sparseBy([4], Uint8Array.of(1, 2, 0, 3), [0]);
  const kept = [...data].flatMap((_, index) => [...halves.subarray([0, 2, 6][index], ([0, 2, 6][index] ?? 0) + 2)]);
  return half({ data: Uint8Array.from(kept), extras: { sparsity } });
}

describe('unpackWeights', () => {
  it.each<readonly [string, Graph]>([
    ['float16', sum(half({ data: halves }))],
    ['sparse float16', sum(sparse(), true)],
  ])('makes %s what is computed with', (_, graph) => {
    const unpacked = unpackWeights(graph);
    expect(unpacked.operators.map(({ type }) => type)).toEqual(['ADD']);
    expect(ran(unpacked)).toEqual([2, -1, 1, 1.5]);
    // TensorFlow Lite Micro has no kernel for either.
    expect(() => ran(graph)).toThrow();
    expect(ran(finishForTflm.apply(graph, resolveTarget('nucleo-f446re'), ['unpack-weights']))).toEqual([
      2, -1, 1, 1.5,
    ]);
  });

  it.each<readonly [string, Graph]>([
    ['what is computed', sum(half({}))],
    ['a result that the caller reads', { ...sum(half({ data: halves })), outputs: [3, 4] }],
    ['an operator of somebody’s own', custom(sum(half({ data: halves })))],
    ['sparse data that is damaged', sum({ ...sparse(), data: halves }, true)],
    ['sparse data of half bytes', halfBytes()],
    ['sparse data without DENSIFY', sum(sparse())],
  ])('leaves %s alone', (_, graph) => {
    expect(unpackWeights(graph)).toBe(graph);
  });
});

function custom(graph: Graph): Graph {
  return { ...graph, operators: graph.operators.map((operator) => ({ ...operator, domain: 'custom' })) };
}

/** A DENSIFY of int4, two elements in a byte. */
function halfBytes(): Graph {
  const { sparsity } = sparseBy([4], Uint8Array.of(1, 2, 0, 0), [0]);
  const packed: Tensor = { name: 'packed', dtype: 'int4', shape: [4], data: Uint8Array.of(0x21), extras: { sparsity } };
  return tfliteGraph({
    tensors: [packed, { name: 'dense', dtype: 'int4', shape: [4] }, { name: 'copy', dtype: 'int4', shape: [4] }],
    operators: [
      tfliteOperator('DENSIFY', { inputs: [0], outputs: [1] }),
      tfliteOperator('RESHAPE', { inputs: [1], outputs: [2] }),
    ],
    outputs: [2],
  });
}
