import { expect, test } from 'vitest';
import type { Limit } from '../../src/judge/budget.ts';
import { timesAllowed } from '../../src/judge/times-allowed.ts';
import { budget, exact, measurement } from '../support/measurements.ts';

const side = (peakRam: number) => measurement({ peakRam: exact(peakRam) });

test.each<readonly [string, number, number, Limit, number]>([
  ['half over', 1, 150, { kind: 'max', value: 100 }, 1.5],
  ['under', 1, 50, { kind: 'max', value: 100 }, 0.5],
  ['nothing allowed', 1, 50, { kind: 'max', value: 0 }, Number.POSITIVE_INFINITY],
  ['a quarter of what there has to be', 1, 25, { kind: 'min', value: 100 }, 4],
  ['a rise of 50 % where 5 % are allowed', 100, 150, { kind: 'max-increase', relative: 0.05 }, 10],
  ['a rise by bytes', 100, 150, { kind: 'max-increase', absolute: 25 }, 2],
  ['over both parts, by the smaller', 100, 150, { kind: 'max-increase', relative: 0.05, absolute: 25 }, 2],
  ['from nothing', 0, 150, { kind: 'max-increase', relative: 0.05 }, Number.POSITIVE_INFINITY],
  ['a fall where rises are limited', 100, 50, { kind: 'max-increase', relative: 0.05 }, 0],
  ['a fall of 50 % where 10 % are allowed', 100, 50, { kind: 'max-decrease', relative: 0.1 }, 5],
  ['a drop by points', 0.9, 0.8, { kind: 'max-drop', points: 0.05 }, 2],
  ['since a tag, of which nothing is known here', 100, 500, { kind: 'max-increase', relative: 0.05, since: 'v1' }, 1],
])('%s', (_, before, after, limit, times) => {
  const found = timesAllowed({ base: side(before), head: side(after) }, budget('peakRam', limit));
  if (Number.isFinite(times)) expect(found).toBeCloseTo(times, 9);
  else expect(found).toBe(times);
});

test('what was not measured is 1', () => {
  const limit = budget('peakRam', { kind: 'max', value: 10 });
  expect(timesAllowed({ base: null, head: null }, limit)).toBe(1);
  expect(timesAllowed({ base: null, head: measurement({ peakRam: null }) }, limit)).toBe(1);
});
