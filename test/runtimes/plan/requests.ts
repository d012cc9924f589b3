import fc from 'fast-check';
import { type BufferRequest, overlapInTime, type Plan } from '../../../src/runtimes/plan/buffers.ts';

const request = fc
  .record({ units: fc.integer({ min: 0, max: 40 }), first: fc.integer({ min: -1, max: 12 }), length: fc.nat(6) })
  .map(({ units, first, length }): BufferRequest => ({ bytes: 16 * units, first, last: first + length }));

/** Up to 24 buffers. */
export const requests = fc.array(request, { maxLength: 24 });

/** Pairs of buffers that are alive together and share a byte. */
export function collisions(buffers: readonly BufferRequest[], { offsets }: Plan): number {
  let count = 0;
  buffers.forEach((a, i) => {
    buffers.slice(i + 1).forEach((b, k) => {
      const [start, other] = [offsets[i] ?? 0, offsets[i + 1 + k] ?? 0];
      if (overlapInTime(a, b) && start < other + b.bytes && other < start + a.bytes) count++;
    });
  });
  return count;
}
