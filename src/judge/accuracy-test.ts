import type { AccuracyTest } from './comparison.ts';
import { mcnemarExact } from './mcnemar.ts';
import { pairedInterval } from './paired-interval.ts';

/**
 * Compares base and head by sample (1 where the answer was right): McNemar's exact p-value and the 95 % interval of the difference in accuracy.
 * @throws RangeError when the two were not run on the same samples, which is a bug of the caller.
 */
export function accuracyTest(baseCorrect: Uint8Array, headCorrect: Uint8Array): AccuracyTest {
  const samples = baseCorrect.length;
  if (samples === 0 || samples !== headCorrect.length) {
    throw new RangeError(`accuracy is compared by sample, but base has ${samples} and head ${headCorrect.length}`);
  }
  let lost = 0;
  let gained = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const before = baseCorrect[sample] !== 0;
    const after = headCorrect[sample] !== 0;
    if (before && !after) lost += 1;
    if (!before && after) gained += 1;
  }
  const difference = (gained - lost) / samples;
  return {
    samples,
    lost,
    gained,
    difference,
    ...pairedInterval(lost, gained, samples),
    pValue: mcnemarExact(lost, gained),
  };
}
