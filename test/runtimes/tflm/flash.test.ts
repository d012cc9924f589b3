import { describe, expect, test } from 'vitest';
import type { DataType } from '../../../src/graph/data-type.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import facts from '../../../src/runtimes/tflm/flash.json' with { type: 'json' };
import { runtimeFlash } from '../../../src/runtimes/tflm/flash.ts';
import { loadBoard } from '../../../src/targets/load.ts';
import { computed, graphOf, operator } from '../../support/tensor-graphs.ts';

const graphWith = (types: readonly string[], dtype: DataType = 'int8'): Graph =>
  graphOf(
    'tflite',
    [computed('x', [1], dtype)],
    types.map((type) => operator(type, [0], [0])),
    [0],
    [0],
  );
const sumOf = (graph: Graph) => runtimeFlash(graph).parts.reduce((sum, { bytes }) => sum + bytes, 0);

describe('code of the runtime', () => {
  test.each(facts.images)(
    'the $registration image is met within the stated error',
    ({ registration, operators, bytes }) => {
      const graph = graphWith(operators, registration === 'int8' ? 'int8' : 'float32');
      expect(Math.abs(sumOf(graph) / bytes - 1)).toBeLessThanOrEqual(facts.error);
      expect(runtimeFlash(graph).error).toBe(facts.error);
    },
  );

  test('what kernels share is linked once, and an operator that occurs twice has one kernel', () => {
    const one = sumOf(graphWith(['ADD']));
    const two = sumOf(graphWith(['ADD', 'MUL', 'ADD']));
    expect(two - one).toBe(10280 - facts.sharedBlock);
    expect(runtimeFlash(graphWith(['ADD', 'MUL'])).parts.map(({ name }) => name)).toEqual([
      'interpreter',
      'shared by kernels',
      'kernel ADD',
      'kernel MUL',
    ]);
    expect(sumOf(graphWith(['RESHAPE']))).toBe(facts.interpreter + 1472);
  });

  test('kernels of subgraphs count too', () => {
    const graph = { ...graphWith(['ADD']), subgraphs: [graphWith(['MUL'])] };
    expect(sumOf(graph)).toBe(sumOf(graphWith(['ADD', 'MUL'])));
  });

  test('unmeasured kernels and other cores have more error, and the source says so', () => {
    const known = runtimeFlash(graphWith(['ADD']), loadBoard('generic-cortex-m4'));
    expect(runtimeFlash(graphWith(['ADD', 'COS']), loadBoard('generic-cortex-m4')).error).toBeGreaterThan(known.error);
    const other = runtimeFlash(graphWith(['ADD']), loadBoard('esp32-s3'));
    expect(other.error).toBe(facts.otherCoreError);
    expect(other.source).toMatch(/Cortex-M4, taken for Cadence Xtensa LX7/);
    expect(known.source).not.toMatch(/taken for/);
  });
});
