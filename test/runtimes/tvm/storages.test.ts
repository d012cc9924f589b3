import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensorAt } from '../../../src/graph/access.ts';
import { emptyGraph } from '../../../src/graph/empty-graph.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { executedGraph } from '../../../src/runtimes/onnxruntime/executed-graph.ts';
import { kernelsOf } from '../../../src/runtimes/tvm/kernels.ts';
import { held } from '../../../src/runtimes/tvm/quantised.ts';
import { planStorages } from '../../../src/runtimes/tvm/storages.ts';

const graphOf = (file: string): Graph =>
  executedGraph(inferShapes(openModel(readFileSync(`fixtures/${file}`), file).graph)).graph;

describe('kernels and memory', () => {
  // Sizes that TVM 0.27.0.post1 itself gives for these files (test/runtimes/tvm/tvm.test.ts runs it).
  test.each([
    ['digits/base/digits.onnx', [192, 192, 4096, 8192], 9],
    ['digits/base/digits-int8.tflite', [40, 192, 4096, 8192], 9],
  ])('%s', (file, sizes, kernels) => {
    const graph = graphOf(file);
    const own = kernelsOf(graph);
    expect(own.filter(({ isView }) => !isView)).toHaveLength(kernels);
    const planned = planStorages(graph, own).map(({ bytes }) => bytes);
    expect([...planned].sort((a, b) => a - b)).toEqual(sizes);
  });
});

/** A chain with skips: operator `i` reads its predecessor and perhaps an earlier result. */
const networks = fc
  .array(fc.record({ elements: fc.integer({ min: 1, max: 5000 }), skip: fc.nat(5), isSum: fc.boolean() }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((steps): Graph => {
    const tensor = (name: string, elements: number) => ({ name, shape: [elements], dtype: 'float32' as const });
    return {
      ...emptyGraph('onnx', 'random'),
      tensors: [tensor('input', 16), ...steps.map(({ elements }, index) => tensor(`t${index}`, elements))],
      operators: steps.map(({ skip, isSum }, index) => ({
        name: `o${index}`,
        type: isSum ? 'MatMul' : 'Add',
        domain: '',
        version: 13,
        inputs: [index, Math.max(0, index - skip)],
        outputs: [index + 1],
        attributes: {},
      })),
      inputs: [0],
      outputs: [steps.length],
    };
  });

describe('planStorages', () => {
  test('every operator runs once, in an order in which its inputs are there', () => {
    fc.assert(
      fc.property(networks, (graph) => {
        const kernels = kernelsOf(graph);
        expect(kernels.flatMap(({ operators }) => operators).sort((a, b) => a - b)).toEqual(
          graph.operators.map((_, index) => index),
        );
        const there = new Set(graph.inputs);
        for (const { inputs, outputs } of kernels) {
          expect(inputs.every((id) => there.has(id))).toBe(true);
          for (const id of outputs) there.add(id);
        }
      }),
    );
  });

  test('no two tensors share a piece at the same time, and each fits its piece', () => {
    fc.assert(
      fc.property(networks, (graph) => {
        const kernels = kernelsOf(graph);
        for (const { bytes, tensors } of planStorages(graph, kernels)) {
          const inOrder = [...tensors].sort((a, b) => a.first - b.first);
          inOrder.forEach(({ tensor, first }, index) => {
            expect(held(tensorAt(graph, tensor)).bytes).toBeLessThanOrEqual(bytes);
            const before = inOrder[index - 1];
            if (before !== undefined) expect(before.last).toBeLessThan(first);
          });
        }
      }),
    );
  });
});
