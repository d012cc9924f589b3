import { describe, expect, test } from 'vitest';
import { parseShard, type Shard } from '../../src/github/shard.ts';
import { shardText } from '../../src/github/shard-text.ts';
import { renderComment } from '../../src/report/comment.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { budget, comparison, layer, layers, measurement, report } from '../support/measurements.ts';

const detailed = (path: string, limit: number) => {
  const many = layers(...Array.from({ length: 300 }, (_, index) => layer(`block_${index}`)));
  const plan = { arenaUsed: 900, arenaRequired: 1000 };
  const buffers = [{ tensor: 't', offset: 0, bytes: 900, first: 0, last: 1 }];
  const memory = { ...plan, lowerBound: 900, buffers, ownPlan: { ...plan, buffers } };
  const side = { measurement: measurement({ layers: many, memory }) };
  const budgets = [budget('peakRam', { kind: 'max', value: limit })];
  return comparison({ change: { path, state: 'compared' }, base: side, head: side, budgets });
};
const passing = detailed('a.tflite', 1e9);
const failing = detailed('b.tflite', 1);
const shard: Shard = {
  schemaVersion: 1,
  key: 'models',
  leg: { job: 'measure', jobId: null, step: '', index: 0, total: 1, matrix: '{}' },
  run: { id: 1, attempt: 1 },
  report: report([passing, passing, failing], { notes: ['a note'] }),
};
const whole = JSON.stringify(shard);

describe('a shard that the report job would not read', () => {
  test('is as it is where it is small enough', () => {
    expect(shardText(shard, Buffer.byteLength(whole))).toBe(whole);
  });

  test('goes without the details of what passes, with all numbers, and says so', () => {
    const text = shardText(shard, Buffer.byteLength(whole) - 1);
    expect(text?.length).toBeLessThan(whole.length / 2);
    const { comparisons, notes, verdict } = parseShard(text ?? '', 'x').report;
    expect(verdict).toBe(shard.report.verdict);
    expect(notes).toEqual([expect.stringMatching(/^Layers, memory maps and diffs of the 2 comparisons/), 'a note']);
    expect(comparisons[2]).toEqual(failing);
    const { head, base, diff, judgements, deltas } = comparisons[0] ?? passing;
    expect({ judgements, deltas }).toEqual({ judgements: passing.judgements, deltas: passing.deltas });
    for (const side of [head, base]) expect(side?.layers).toEqual([]);
    expect(head?.memory?.buffers).toEqual([]);
    expect(head?.memory?.arenaRequired).toBe(passing.head?.memory?.arenaRequired);
    expect(head?.peakRam).toEqual(passing.head?.peakRam);
    expect(diff).toBeNull();
    const slim = parseShard(text ?? '', 'x').report;
    for (const rendered of [renderComment(slim, { marker: '' }), renderHtml(slim)])
      expect(rendered).toContain('a.tflite');
  });

  test('is none where what fails is too large by itself', () => {
    expect(shardText(shard, Buffer.byteLength(JSON.stringify(failing)))).toBeUndefined();
  });
});
