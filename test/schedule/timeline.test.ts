import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/schedule/task.ts';
import { timelineOf } from '../../src/schedule/timeline.ts';

const task = (name: string, takes: number, every: number): Task => ({ name, takes, every, deadline: every, jitter: 0 });
/** The short task in front of the long one, as pieces of `task from–to`. */
const words = (policy: 'rate-monotonic' | 'non-preemptive') =>
  timelineOf([task('long', 5, 12), task('short', 1, 4)], policy, { until: 8 })
    .flatMap(({ task: index, pieces }) =>
      pieces.map(({ from, to }) => ({ from, text: `${index ? 'short' : 'long'} ${from}–${to}` })),
    )
    .sort((left, right) => left.from - right.from)
    .map(({ text }) => text);

describe('timelineOf', () => {
  it('what is more urgent interrupts, where the policy lets it', () => {
    expect(words('rate-monotonic')).toEqual(['short 0–1', 'long 1–4', 'short 4–5', 'long 5–7']);
  });
  it('otherwise a run goes on to its end, and the urgent one waits', () => {
    expect(words('non-preemptive')).toEqual(['short 0–1', 'long 1–6', 'short 6–7']);
  });
});
