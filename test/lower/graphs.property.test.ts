import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import type { Lowered } from '../../src/lower/lower.ts';
import { built, steps } from '../passes/random-graph.ts';
import { differenceToOnnxRuntime, lowered, tolerance } from './lowered.ts';

/** What TensorFlow Lite Micro has no counterpart of is refused in words; everything else computes the same. */
function loweredOrRefused(graph: Graph): Lowered | undefined {
  try {
    return lowered(graph);
  } catch (error) {
    if (error instanceof UserError && /Erf/.test(error.message)) return undefined;
    throw error;
  }
}

it('keeps the results of graphs made at random', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (made) => {
      const graph = inferShapes(built(made));
      if (graph.outputs.length === 0) return;
      const result = loweredOrRefused(graph);
      if (result !== undefined) expect(await differenceToOnnxRuntime(graph, result, 3)).toBeLessThanOrEqual(tolerance);
    }),
    { numRuns: Number(process.env.RUNS ?? 80), seed: Number(process.env.SEED ?? 1) },
  );
}, 120_000);
