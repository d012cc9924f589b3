import { describe, expect, it } from 'vitest';
import { contentOf } from '../../src/graph/evaluate/constant-value.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { multiplyByReciprocals } from '../../src/passes/multiply-by-reciprocals.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

/** x / divisor, or divisor / x. */
function quotient(divisor: readonly number[], isFirst = false) {
  const data = new Uint8Array(Float32Array.from(divisor).buffer);
  return tfliteGraph({
    tensors: [
      { name: 'x', dtype: 'float32', shape: [2, 3] },
      { name: 'c', dtype: 'float32', shape: [3], data },
      { name: 'y', dtype: 'float32', shape: [2, 3] },
    ],
    operators: [
      tfliteOperator('DIV', {
        inputs: isFirst ? [1, 0] : [0, 1],
        outputs: [2],
        attributes: { fused_activation_function: { kind: 'string', value: 'RELU' } },
      }),
    ],
    inputs: [0],
    outputs: [2],
  });
}

describe('multiplyByReciprocals', () => {
  it('makes a product of a quotient, with its activation and the same results', () => {
    const graph = quotient([8, -3, 0.5]);
    const product = multiplyByReciprocals(graph);
    expect(product.operators.map(({ type, attributes }) => [type, attributes])).toEqual([
      ['MUL', graph.operators[0]?.attributes],
    ]);
    const reciprocal = product.tensors[product.operators[0]?.inputs[1] ?? -1];
    expect(reciprocal && contentOf(reciprocal)?.elements).toEqual(Float32Array.of(0.125, -1 / 3, 2));
    const x = Float32Array.of(1, -2, 3, 4, 5, -6);
    const results = [graph, product].map((each) => Array.from(openInterpreter(each).run([x])[0] ?? [], Number));
    expect(results[1]).toEqual(results[0]?.map((value) => expect.closeTo(value, 6)));
  });

  it.each([
    ['by zero', quotient([1, 0, 2])],
    ['by an infinity', quotient([1, Number.POSITIVE_INFINITY, 2])],
    ['whose reciprocal is subnormal', quotient([1, 3e38, 2])],
    ['of a constant', quotient([1, 2, 3], true)],
  ])('leaves a quotient %s', (_, graph) => {
    expect(multiplyByReciprocals(graph)).toBe(graph);
  });
});
