import type { BufferRequest, Plan } from './buffers.ts';
import { planGreedily } from './greedy.ts';
import { climb } from './hill-climb.ts';
import { planningProblem } from './problem.ts';
import { searchPlan } from './search.ts';

/** Buffers up to which more than the greedy plan is tried: beyond, even looking at all pairs takes too long. */
const buffersLimit = 2_000;

/** Work in each of the climb's two rounds and in the search, in looks at a buffer or a moment: well under a second in all. */
const quickBudget = 1_000_000;
const searchBudget = 20_000_000;
const longBudget = 20_000_000;

/** Buffers up to which all plans are looked through; it goes one call deeper for each. */
const searchedBuffersLimit = 1_000;

/**
 * The smallest plan that a bounded search finds, never larger than `planGreedily` makes it. It ends at once where the largest sum of live bytes is reached.
 * Fixed offsets are not heeded. The same requests give the same plan on every machine: the search is bounded by steps, not by time.
 */
export function planCompactly(requests: readonly BufferRequest[]): Plan {
  const free = requests.map(({ bytes, first, last }) => ({ bytes, first, last }));
  const greedy = planGreedily(free);
  if (requests.length > buffersLimit) return greedy;
  const problem = planningProblem(free);
  const { lowerBound, requestOf } = problem;
  let best = greedy;
  const consider = (offsets: Float64Array) => {
    const byRequest = new Array<number>(requests.length).fill(0);
    let bytes = 0;
    requestOf.forEach((request, id) => {
      const offset = offsets[id] ?? 0;
      byRequest[request] = offset;
      bytes = Math.max(bytes, offset + (problem.bytes[id] ?? 0));
    });
    if (bytes < best.bytes) best = { offsets: byRequest, bytes };
  };
  if (best.bytes > lowerBound) consider(climb(problem, quickBudget).offsets);
  if (best.bytes > lowerBound && problem.count <= searchedBuffersLimit) {
    const result = searchPlan(problem, lowerBound, searchBudget);
    if (result.found === 'plan') consider(result.offsets);
  }
  if (best.bytes > lowerBound) consider(climb(problem, longBudget).offsets);
  return best;
}
