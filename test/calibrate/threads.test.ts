import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../support/build-program.ts';

describe('recording over threads', () => {
  // Threads are started from the bundle, so the test makes one.
  it.skipIf(availableParallelism() < 2)('gives what one thread gives, counts and extremes', async () => {
    const { program, remove } = await buildProgram('test/calibrate/threads-program.ts');
    try {
      const said = execFileSync(process.execPath, [program], { encoding: 'utf8' });
      const expected = { tensors: 3, isSame: true, mergesIntoNothing: true };
      expect(JSON.parse(said)).toEqual({
        counts: { ...expected, largest: expect.closeTo(12, 1) },
        extents: { ...expected, largest: expect.closeTo(12, 1) },
        counting: { isSame: true, isGivenAway: true },
      });
    } finally {
      remove();
    }
  });
});
