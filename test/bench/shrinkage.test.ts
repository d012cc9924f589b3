import { describe, expect, test } from 'vitest';
import { type CoreRow, shrunkFit } from '../../bench/estimates/shrinkage.ts';

/** Three cores with the same costs up to a factor, two or three boards each, six families of networks. */
const boards: readonly (readonly [string, string, number, number])[] = [
  ['a', 'a1', 1, 0.8],
  ['a', 'a2', 1, 1.25],
  ['a', 'a3', 1, 1],
  ['b', 'b1', 4, 1],
  ['b', 'b2', 4, 1],
  ['c', 'c1', 0.5, 1],
];
const families = ['v', 'w', 'x', 'y', 'z', 'last'];
const rows: readonly CoreRow[] = boards.flatMap(([core, board, coreFactor, boardFactor]) =>
  families.map((family, index) => {
    // The second cost counts in the last family alone.
    const counts = [1 + index, family === 'last' ? 20 : 0, (index * 7) % 5];
    const milliseconds = coreFactor * boardFactor * (2 * (counts[0] ?? 0) + 3 * (counts[1] ?? 0) + (counts[2] ?? 0));
    return { core, board, family, label: `${board} ${family}`, counts, milliseconds };
  }),
);

describe('shrunkFit', () => {
  const fit = shrunkFit(rows);

  test('finds the costs of cores and the factors of boards', () => {
    const { costs, factors } = fit.costs('a');
    expect(costs.map((cost) => cost.toFixed(2))).toEqual(['2.00', '3.00', '1.00']);
    expect(factors.get('a1')).toBeCloseTo(0.8, 2);
    expect(factors.get('a2')).toBeCloseTo(1.25, 2);
    expect(fit.costs('b').costs[0]).toBeCloseTo(8, 1);
  });

  test('nothing of a family that is left out comes by way of other cores', () => {
    const last = fit.pairs.filter(({ row }) => row.family === 'last');
    expect(last).toHaveLength(boards.length);
    for (const { estimate, measured } of last) expect(estimate / measured).toBeLessThan(0.5);
  });

  test('a cost that a core has no runs for comes from the others', () => {
    const without = shrunkFit(rows.filter(({ core, family }) => core !== 'c' || family !== 'last'));
    expect(without.costs('c').costs[1]).toBeCloseTo(1.5, 1);
  });

  test('a board that is left out gets the mean of the others of its core', () => {
    const unseen = fit.unseen.filter(({ row }) => row.board === 'a2' && row.family === 'v');
    // The others are 0.8 and 1 of the core's costs.
    expect((unseen[0]?.estimate ?? 0) / (unseen[0]?.measured ?? 1)).toBeCloseTo(Math.sqrt(0.8) / 1.25, 2);
    expect(fit.unseen.every(({ row }) => row.core === 'a')).toBe(true);
  });
});
