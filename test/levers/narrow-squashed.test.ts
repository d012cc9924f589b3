import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../src/data/data-set.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { narrowSquashed } from '../../src/levers/narrow-squashed.ts';
import { network } from '../passes/tflite/network.ts';

const float = { dtype: 'float32', quantization: undefined } as never;

/** x [1, 3] + 0 ── `type` */
function squashing(type: string, isOutput = false): Graph {
  const g = network();
  const x = g.input([1, 3], float);
  const zero = g.constant('float32', [1, 3], [0, 0, 0]);
  const sum = g.layer('ADD', [x, zero], [1, 3], { fused_activation_function: 'NONE' }, float);
  const result = g.layer(type, [sum], [1, 3], type === 'SOFTMAX' ? { beta: 1 } : {}, float);
  return g.graph([x], isOutput ? [result, sum] : [result]);
}

function dataOf(graph: Graph, rows: readonly (readonly number[])[]): DataSet {
  const name = graph.tensors[graph.inputs[0] ?? 0]?.name ?? '';
  return {
    path: 'rows',
    sha256: '',
    count: rows.length,
    names: [name],
    labels: undefined,
    sample: async (index) => ({
      [name]: { dtype: 'float32', shape: [1, 3], data: Float32Array.from(rows[index] ?? []) },
    }),
  };
}

const sumOf = (graph: Graph) => graph.operators[0]?.outputs[0] ?? -1;

async function narrowed(graph: Graph, rows: readonly (readonly number[])[], range = { min: -100, max: 100 }) {
  const ranges = new Map([[sumOf(graph), range]]);
  return (await narrowSquashed(graph, ranges, { data: dataOf(graph, rows) })).get(sumOf(graph));
}

describe('narrowSquashed', () => {
  const rows = Array.from({ length: 20 }, (_, index) => [-50, index, 12 - index / 2]);

  it('reaches as low as a softmax tells numbers apart, and lower for rows that were not seen', async () => {
    // The largest of the rows are from 8 to 19.
    const { min, max } = (await narrowed(squashing('SOFTMAX'), rows)) ?? { min: 0, max: 0 };
    expect(min).toBeCloseTo(8 - 8 - 11 / 3);
    expect(max).toBe(100);
  });

  it('reaches no farther than what was seen, but as high as two classes are told apart', async () => {
    const close = Array.from({ length: 20 }, (_, index) => [-2, index, index - 0.5]);
    expect(await narrowed(squashing('SOFTMAX'), close, { min: -2, max: 10 })).toEqual({ min: -2, max: 18.5 });
  });

  it.each([
    ['LOGISTIC', 8],
    ['TANH', 4],
  ])('limits what only a %s reads to ±%d', async (type, most) => {
    expect(await narrowed(squashing(type), rows)).toEqual({ min: -most, max: most });
    expect(await narrowed(squashing(type), rows, { min: -1, max: 2 })).toEqual({ min: -1, max: 2 });
  });

  it.each(['SOFTMAX', 'LOGISTIC'])('leaves what others see beside a %s', async (type) => {
    expect(await narrowed(squashing(type, true), rows)).toEqual({ min: -100, max: 100 });
  });

  it('leaves what few samples say little of', async () => {
    expect(await narrowed(squashing('SOFTMAX'), rows.slice(0, 15))).toEqual({ min: -100, max: 100 });
  });

  it('changes no probability by more than half a step of its integers', async () => {
    const value = fc.double({ min: -40, max: 40, noNaN: true }).map(Math.fround);
    const row = fc.tuple(value, value, value);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 16, maxLength: 24 }), async (all) => {
        const { min, max } = (await narrowed(squashing('SOFTMAX'), all)) ?? { min: 0, max: 0 };
        for (const each of all) {
          const [whole, cut] = [each, each.map((x) => Math.max(min, Math.min(max, x)))].map(softmax);
          for (const [index, p] of (whole ?? []).entries())
            expect(Math.abs(p - (cut?.[index] ?? 0))).toBeLessThan(1 / 512);
        }
      }),
      { numRuns: 50 },
    );
  });
});

function softmax(row: readonly number[]): readonly number[] {
  const most = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
