import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planBestFit } from '../../../src/runtimes/litert/plan.ts';
import { type BufferRequest, overlapInTime } from '../../../src/runtimes/plan/buffers.ts';
import { planGreedily } from '../../../src/runtimes/plan/greedy.ts';

const requests = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 64 }), fc.nat(10), fc.nat(5)).map(
    ([blocks, first, length]): BufferRequest => ({
      bytes: blocks * 64,
      first,
      last: Math.min(10, first + length),
    }),
  ),
  { maxLength: 20 },
);

describe('planBestFit', () => {
  test('buffers that are alive together do not overlap', () => {
    fc.assert(
      fc.property(requests, (buffers) => {
        const { offsets, bytes } = planBestFit(buffers, 10);
        buffers.forEach((one, a) => {
          const start = offsets[a] ?? 0;
          expect(start + one.bytes).toBeLessThanOrEqual(bytes);
          buffers.slice(0, a).forEach((other, b) => {
            const from = offsets[b] ?? 0;
            if (overlapInTime(one, other)) expect(start + one.bytes <= from || from + other.bytes <= start).toBe(true);
          });
        });
      }),
    );
  });

  test('the smallest gap is taken where the greedy planner of TensorFlow Lite Micro takes the first', () => {
    const buffers = [
      { bytes: 1000, first: 2, last: 3 },
      { bytes: 600, first: 0, last: 1 },
      { bytes: 500, first: 1, last: 2 },
      { bytes: 250, first: 0, last: 1 },
      { bytes: 100, first: 1, last: 1 },
    ];
    for (const plan of [planBestFit(buffers, 9), planGreedily(buffers)])
      expect(plan.offsets).toHaveLength(buffers.length);
    expect(planBestFit(buffers, 9).bytes).toBeLessThanOrEqual(planGreedily(buffers).bytes);
  });

  test('what lives from the first to the last operator comes first', () => {
    const { offsets } = planBestFit(
      [
        { bytes: 640, first: 1, last: 2 },
        { bytes: 64, first: 0, last: 3 },
      ],
      3,
    );
    expect(offsets).toEqual([64, 0]);
  });

  test('nothing needs nothing', () => expect(planBestFit([], 0)).toEqual({ offsets: [], bytes: 0 }));
});
