import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sumOverTime } from '../../../src/graph/liveness.ts';
import type { BufferRequest } from '../../../src/runtimes/plan/buffers.ts';
import { planGreedily } from '../../../src/runtimes/plan/greedy.ts';
import { collisions, requests } from './requests.ts';

describe('planGreedily', () => {
  test('no two buffers that live together overlap, and no plan beats the lower bound', () => {
    fc.assert(
      fc.property(requests, (buffers) => {
        const plan = planGreedily(buffers);
        const moved = buffers.map(({ bytes, first, last }) => ({ bytes, first: first + 1, last: last + 1 }));
        expect(collisions(buffers, plan)).toBe(0);
        expect(plan.offsets.every((offset) => offset >= 0)).toBe(true);
        expect(plan.bytes).toBeGreaterThanOrEqual(Math.max(0, ...sumOverTime(moved, 32)));
        expect(plan.bytes).toBeLessThanOrEqual(buffers.reduce((sum, { bytes }) => sum + bytes, 0));
      }),
    );
  });

  test('a plan given back as fixed offsets stays as it is', () => {
    fc.assert(
      fc.property(requests, (buffers) => {
        const plan = planGreedily(buffers);
        const fixed = buffers.map((buffer, id) => ({ ...buffer, offset: plan.offsets[id] ?? 0 }));
        expect(planGreedily(fixed)).toEqual(plan);
      }),
    );
  });

  test('among equals the later request is placed first', () => {
    const buffer = { bytes: 32, first: 0, last: 0 };
    expect(planGreedily([buffer, buffer, buffer])).toEqual({ offsets: [64, 32, 0], bytes: 96 });
  });

  test('the first gap that fits is taken, not the best', () => {
    const buffers: readonly BufferRequest[] = [
      { bytes: 16, first: 0, last: 5, offset: 48 },
      { bytes: 16, first: 0, last: 5, offset: 80 },
      { bytes: 16, first: 3, last: 3 },
    ];
    // Gaps: 0 to 48 and 64 to 80; the second one fits exactly.
    expect(planGreedily(buffers).offsets).toEqual([48, 80, 0]);
  });

  test('nothing needs no memory', () => {
    expect(planGreedily([])).toEqual({ offsets: [], bytes: 0 });
  });
});
