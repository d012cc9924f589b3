import type { BufferRequest, Plan } from './buffers.ts';
import { planGreedily } from './greedy.ts';
import { climb } from './hill-climb.ts';
import { type Problem, planningProblem } from './problem.ts';
import { searchPlan } from './search.ts';

/** Buffers up to which more than the greedy plan is tried: beyond, even looking at all pairs takes too long. */
const buffersLimit = 1_000;

/** Work in each of the climb's two rounds and in each search, in looks at a buffer or a moment: well under a second in all. */
const quickBudget = 1_000_000;
const searchBudget = 8_000_000;
const longBudget = 20_000_000;

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
  if (best.bytes > lowerBound) {
    const found = searchUpwards(problem, best.bytes);
    if (found !== undefined) consider(found);
  }
  if (best.bytes > lowerBound) consider(climb(problem, longBudget).offsets);
  return best;
}

/** The offsets of a smallest plan below `limit` bytes; `undefined` where there is none, or none was found. */
function searchUpwards(problem: Problem, limit: number): Float64Array | undefined {
  // Plans are made of whole buffers on top of each other, so their sizes are multiples of what all buffers are multiples of.
  const unit = problem.bytes.reduce(greatestCommonDivisor, 0);
  for (const preference of ['largest', 'earliest', 'longest'] as const) {
    let capacity = problem.lowerBound;
    let budget = searchBudget;
    while (capacity < limit && budget > 0) {
      const result = searchPlan(problem, capacity, budget, preference);
      if (result.found === 'plan') return result.offsets;
      if (result.found === 'unknown') break;
      // There is none of this size: every preference would find out the same.
      capacity += unit;
      budget -= result.steps;
    }
    if (capacity >= limit) return undefined;
  }
  return undefined;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
