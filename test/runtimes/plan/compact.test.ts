import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sumOverTime } from '../../../src/graph/liveness.ts';
import type { BufferRequest } from '../../../src/runtimes/plan/buffers.ts';
import { planCompactly } from '../../../src/runtimes/plan/compact.ts';
import { planGreedily } from '../../../src/runtimes/plan/greedy.ts';
import { planningProblem } from '../../../src/runtimes/plan/problem.ts';
import { searchPlan } from '../../../src/runtimes/plan/search.ts';
import { collisions, requests } from './requests.ts';

const lowerBound = (buffers: readonly BufferRequest[]) =>
  Math.max(
    0,
    ...sumOverTime(
      buffers.map(({ bytes, first, last }) => ({ bytes, first: first + 1, last: last + 1 })),
      64,
    ),
  );

/** A rectangle of `height` bytes cut into `pieces` buffers by a script of choices: they can be packed without a gap. */
function cutRectangle(pieces: number, choices: readonly number[]): readonly BufferRequest[] {
  let next = 0;
  const choose = (bound: number) => (choices[next++ % choices.length] ?? 0) % bound;
  const parts = [{ first: 0, last: 30, from: 0, to: 64 }];
  for (let tries = 0; parts.length < pieces && tries < 200; tries++) {
    const index = choose(parts.length);
    const part = parts[index];
    if (part === undefined) continue;
    const { first, last, from, to } = part;
    if (choose(2) === 0 && last > first) {
      const middle = first + choose(last - first);
      parts.splice(index, 1, { first, last: middle, from, to }, { first: middle + 1, last, from, to });
    } else if (to - from > 1) {
      const middle = from + 1 + choose(to - from - 1);
      parts.splice(index, 1, { first, last, from, to: middle }, { first, last, from: middle, to });
    }
  }
  return parts.map(({ first, last, from, to }) => ({ bytes: 16 * (to - from), first, last }));
}

describe('planCompactly', () => {
  test('no two buffers that live together overlap; never below the lower bound, never above the greedy plan', () => {
    fc.assert(
      fc.property(requests, (buffers) => {
        const plan = planCompactly(buffers);
        expect(collisions(buffers, plan)).toBe(0);
        expect(plan.offsets).toHaveLength(buffers.length);
        expect(plan.offsets.every((offset) => offset >= 0)).toBe(true);
        expect(plan.bytes).toBe(Math.max(0, ...buffers.map(({ bytes }, id) => bytes + (plan.offsets[id] ?? 0))));
        expect(plan.bytes).toBeGreaterThanOrEqual(lowerBound(buffers));
        expect(plan.bytes).toBeLessThanOrEqual(planGreedily(buffers).bytes);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('packings without a gap are found', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.array(fc.nat(1000), { minLength: 40, maxLength: 60 }),
        (pieces, choices) => {
          const buffers = cutRectangle(pieces, choices);
          expect(planCompactly(buffers).bytes).toBe(16 * 64);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  test('the same requests give the same plan', () => {
    const buffers = cutRectangle(30, [7, 0, 13, 1, 29, 0, 3, 1, 17, 1]);
    expect(planCompactly(buffers)).toEqual(planCompactly(buffers.map((buffer) => ({ ...buffer }))));
  });

  test('a plan that the greedy planner misses', () => {
    // The largest lie at the bottom; of the two between them, one finds room above a large one only.
    const buffers: readonly BufferRequest[] = [
      { bytes: 16, first: 1, last: 2 },
      { bytes: 16, first: 2, last: 3 },
      { bytes: 48, first: 1, last: 1 },
      { bytes: 48, first: 3, last: 3 },
    ];
    expect(planGreedily(buffers).bytes).toBe(80);
    expect(planCompactly(buffers).bytes).toBe(64);
  });

  test('nothing, and buffers of no size, need no memory', () => {
    expect(planCompactly([])).toEqual({ offsets: [], bytes: 0 });
    expect(planCompactly([{ bytes: 0, first: 0, last: 3 }])).toEqual({ offsets: [0], bytes: 0 });
  });
});

describe('searchPlan', () => {
  const tight: readonly BufferRequest[] = [
    { bytes: 32, first: 0, last: 1 },
    { bytes: 16, first: 1, last: 2 },
    { bytes: 32, first: 2, last: 3 },
  ];
  test('finds a plan in the smallest capacity that has one, and proves that a smaller one has none', () => {
    const problem = planningProblem(tight);
    expect(problem.lowerBound).toBe(48);
    expect(searchPlan(problem, 48, 10_000).found).toBe('plan');
    expect(searchPlan(problem, 47, 10_000).found).toBe('nothing');
  });

  test('says when it gave up', () => {
    const problem = planningProblem(cutRectangle(30, [7, 0, 13, 1, 29, 0, 3, 1, 17, 1]));
    expect(searchPlan(problem, problem.lowerBound, 10).found).toBe('unknown');
  });

  test('agrees with the plan of all orders on small problems', () => {
    const small = fc.array(
      fc
        .record({ units: fc.integer({ min: 1, max: 6 }), first: fc.integer({ min: 0, max: 5 }), length: fc.nat(3) })
        .map(({ units, first, length }): BufferRequest => ({ bytes: 16 * units, first, last: first + length })),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(small, (buffers) => {
        const best = Math.min(...permutations(buffers.map((_, id) => id)).map((order) => stacked(buffers, order)));
        const problem = planningProblem(buffers);
        expect(searchPlan(problem, best, 1_000_000).found).toBe('plan');
        expect(searchPlan(problem, best - 1, 1_000_000).found).toBe('nothing');
        expect(planCompactly(buffers).bytes).toBe(best);
      }),
      { numRuns: 60 },
    );
  });
});

/** Bytes when buffers are set down in an order, each on top of all that are alive with it: the best order of all is the best plan. */
function stacked(buffers: readonly BufferRequest[], order: readonly number[]): number {
  const ends = new Map<BufferRequest, number>();
  for (const id of order) {
    const buffer = buffers[id];
    if (buffer === undefined) continue;
    const below = [...ends].filter(([other]) => other.first <= buffer.last && buffer.first <= other.last);
    ends.set(buffer, buffer.bytes + Math.max(0, ...below.map(([, end]) => end)));
  }
  return Math.max(0, ...ends.values());
}

function permutations(ids: readonly number[]): readonly (readonly number[])[] {
  if (ids.length <= 1) return [ids];
  return ids.flatMap((id) => permutations(ids.filter((other) => other !== id)).map((rest) => [id, ...rest]));
}
