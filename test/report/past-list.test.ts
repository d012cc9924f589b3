import { describe, expect, test } from 'vitest';
import { pastOf } from '../../src/judge/past.ts';
import { renderComment } from '../../src/report/comment.ts';
import { pastLines, pastList } from '../../src/report/past-list.ts';
import { commitId, historyLine } from '../history/lines.ts';
import { comparison, KiB, narrowModel, report, wideModel } from '../support/measurements.ts';

/** A past of peak RAM in KiB, a day apart. */
const past = (...values: readonly number[]) =>
  pastOf({
    model: 'models/kws.onnx',
    target: 'nano33',
    lines: values.map((value, index) =>
      historyLine({
        commit: commitId(0xabc0000000 + index),
        time: 1_760_000_000 + index * 86_400,
        subject: `Commit ${index}`,
        metrics: { peakRam: [value * KiB, 'exact'] },
      }),
    ),
  });
const grown = (...values: readonly number[]) =>
  comparison({ base: { measurement: narrowModel() }, head: { measurement: wideModel() }, past: past(...values) });

describe('where the numbers have been', () => {
  test('a bar for each commit and one for the head, and the commit that moved it last', () => {
    expect(pastList([grown(50, 56, 56, 60.1)])).toBe(
      '- `models/kws.onnx` on `nano33`: peak RAM `▁▃▃▄█`; moved last by 0000000 “Commit 3” (peak RAM 56 KiB → 60.1 KiB, 2025-10-12)',
    );
    expect(pastLines([grown(50, 56)])).toEqual([
      'models/kws.onnx on nano33 has been, up to this change: peak RAM ▁▃█; moved last by 0000000 “Commit 1” (peak RAM 50 KiB → 56 KiB, 2025-10-10)',
    ]);
  });

  test('one that never moved, and one that was recorded once', () => {
    expect(pastList([grown(60.1, 60.1)])).toMatch(/; the same in 2 commits before$/);
    expect(pastList([grown(60.1)])).toMatch(/; recorded once before$/);
  });

  test('nothing of what did not change, or was never recorded', () => {
    const same = { measurement: narrowModel() };
    expect(pastList([comparison({ base: same, head: same, past: past(1, 2) })])).toBe('');
    expect(pastList([comparison({ base: same, head: { measurement: wideModel() } })])).toBe('');
  });

  test('stands in the comment while there is room for folds, and is the first to go', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ ...grown(50, 56), model: `models/${index}.onnx` }));
    const full = renderComment(report(many), { marker: '' });
    expect(full).toContain('**Where the numbers have been**, the last bar is this change\n\n- `models/0.onnx`');
    expect(full).toContain('- … 2 more');
    const short = renderComment(report(many), { marker: '', limit: 5000 });
    expect(short).not.toContain('Where the numbers have been');
  });

  test('no more values than a line has room for', () => {
    expect(past(...Array.from({ length: 60 }, (_, index) => index))?.peakRam).toMatchObject({ commits: 60 });
    expect(past(...Array.from({ length: 60 }, (_, index) => index))?.peakRam?.values).toHaveLength(23);
  });
});
