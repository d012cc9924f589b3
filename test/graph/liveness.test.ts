import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { liveness, sumOverTime } from '../../src/graph/liveness.ts';
import { computed, constant, graphOf, operator } from '../support/tensor-graphs.ts';

describe('liveness', () => {
  // input 100 B → a 40 B → b 60 B → output 10 B, with the input read again by the last operator.
  const tensors = [computed('in', [100]), computed('a', [40]), computed('b', [60]), computed('out', [10])];
  const operators = [operator('RELU', [0], [1]), operator('RELU', [1], [2]), operator('ADD', [2, 0], [3])];

  test.each(['tflite', 'onnx'] as const)('%s: a tensor lives from its writer to its last reader', (dialect) => {
    const result = liveness(graphOf(dialect, tensors, operators, [0], [3]));
    expect(result.lifetimes).toEqual([
      { tensor: 0, bytes: 100, first: 0, last: 2 },
      { tensor: 1, bytes: 40, first: 0, last: 1 },
      { tensor: 2, bytes: 60, first: 1, last: 2 },
      { tensor: 3, bytes: 10, first: 2, last: 2 },
    ]);
    expect(result.liveBytes).toEqual([140, 200, 170]);
    expect(result.lowerBound).toBe(200);
  });

  test('an output that is ready early stays to the end', () => {
    const result = liveness(graphOf('tflite', tensors, operators, [0], [1, 3]));
    expect(result.lifetimes[1]).toEqual({ tensor: 1, bytes: 40, first: 0, last: 2 });
  });

  test('constants and variables take no part, unknown sizes count nothing', () => {
    const state = { ...computed('state', [1000]), variable: true };
    const graph = graphOf(
      'tflite',
      [computed('in', [4]), constant('w', [50]), state, computed('out', ['n'])],
      [operator('SVDF', [0, 1, 2], [3])],
      [0],
      [3],
    );
    const result = liveness(graph);
    expect(result.lifetimes.map(({ tensor }) => tensor)).toEqual([0, 3]);
    expect(result.lowerBound).toBe(4);
  });

  test('what a nested graph captures is read by the operator that holds it', () => {
    const body = { ...graphOf('onnx', [computed('in', [100])], [], [], [0]), captures: [{ tensor: 0, name: 'in' }] };
    const holder = { ...operator('Loop', [1], [2]), attributes: { body: { kind: 'graph' as const, value: body } } };
    const graph = graphOf('onnx', tensors.slice(0, 3), [operator('Relu', [0], [1]), holder], [0], [2]);
    expect(liveness(graph).lifetimes[0]).toMatchObject({ first: 0, last: 1 });
  });

  test('a graph without operators holds its inputs', () => {
    expect(liveness(graphOf('tflite', [computed('in', [7])], [], [0], [0]))).toMatchObject({
      liveBytes: [],
      lowerBound: 7,
    });
  });
});

test('the running sum equals the sum at every moment', () => {
  const lifetime = fc.record({ bytes: fc.nat(1000), first: fc.nat(9), length: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(lifetime), (lives) => {
      const spans = lives.map(({ bytes, first, length }) => ({ bytes, first, last: Math.min(9, first + length) }));
      const direct = Array.from({ length: 10 }, (_, moment) =>
        spans.filter(({ first, last }) => first <= moment && moment <= last).reduce((sum, { bytes }) => sum + bytes, 0),
      );
      expect(sumOverTime(spans, 10)).toEqual(direct);
    }),
  );
});
