import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../src/cluster/cluster-values.ts';
import { optimalClusters, type Point } from '../../src/cluster/optimal-clusters.ts';

test('two heaps have two centres', () => {
  const points = [1, 2, 3, 101, 102].map((value) => ({ value, weight: 1 }));
  expect(optimalClusters(points, 2, false)).toEqual({ centres: [2, 101.5], error: 2.5 });
  expect(optimalClusters(points, 9, false)).toEqual({ centres: [1, 2, 3, 101, 102], error: 0 });
});

test('what weighs more pulls more', () => {
  const points = [
    { value: 0, weight: 3 },
    { value: 4, weight: 1 },
    { value: 20, weight: 1 },
  ];
  expect(optimalClusters(points, 2, false).centres).toEqual([1, 20]);
  expect(optimalClusters(points, 1, true).centres).toEqual([5]);
});

const pointLists = fc
  .uniqueArray(fc.record({ value: fc.integer({ min: -40, max: 40 }), weight: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 8,
    selector: ({ value }) => value,
  })
  .map((points) => points.toSorted((a, b) => a.value - b.value));

const errorOf = (points: readonly Point[], centres: readonly number[]) =>
  points.reduce((sum, { value, weight }) => sum + weight * (value - nearest(centres, value)) ** 2, 0);

/** Every way to cut a list into so many runs. */
function runs(points: readonly Point[], count: number): readonly (readonly (readonly Point[])[])[] {
  if (count === 1) return [[points]];
  return points.slice(1).flatMap((_, cut) => {
    const rest = points.slice(cut + 1);
    return rest.length < count - 1 ? [] : runs(rest, count - 1).map((others) => [points.slice(0, cut + 1), ...others]);
  });
}

test('no other clusters have a smaller error', () => {
  fc.assert(
    fc.property(pointLists, fc.integer({ min: 1, max: 4 }), fc.boolean(), (points, count, isWhole) => {
      const { centres, error } = optimalClusters(points, count, isWhole);
      expect(centres.length).toBeLessThanOrEqual(count);
      expect(errorOf(points, centres)).toBeCloseTo(error, 6);
      for (const cut of points.length > count ? runs(points, count) : []) {
        const others = cut.map((run) => {
          const weight = run.reduce((sum, point) => sum + point.weight, 0);
          const mean = run.reduce((sum, point) => sum + point.weight * point.value, 0) / weight;
          return isWhole ? Math.round(mean) : mean;
        });
        expect(error).toBeLessThanOrEqual(errorOf(points, others) + 1e-6);
      }
    }),
  );
});
