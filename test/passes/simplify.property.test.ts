import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { built, steps } from './random-graph.ts';
import { expectSameResults } from './same-results.ts';

it('keeps the results of graphs made at random, and leaves nothing to do', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (made) => {
      const graph = built(made);
      if (graph.outputs.length === 0) return;
      const simple = simplifyOnnx(graph);
      // A loop that is unrolled is more operators than it was.
      const hasLoop = graph.operators.some(({ type }) => type === 'Loop');
      if (!hasLoop) expect(simple.operators.length).toBeLessThanOrEqual(graph.operators.length);
      expect(simplifyOnnx(simple)).toBe(simple);
      expect(writeOnnx(simplifyOnnx(graph))).toEqual(writeOnnx(simple));
      await expectSameResults(graph, simple, 1e-4);
    }),
    { numRuns: Number(process.env.RUNS ?? 200), seed: Number(process.env.SEED ?? 1) },
  );
}, 120_000);
