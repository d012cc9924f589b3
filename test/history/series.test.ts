import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from '../../src/history/files.ts';
import type { HistoryLine } from '../../src/history/line.ts';
import { subjectOf } from '../../src/history/line-of-commit.ts';
import { newLines } from '../../src/history/new-lines.ts';
import { allSeries, indexSeries, lastMove, pointsOf } from '../../src/history/series.ts';
import { sparkline } from '../../src/history/sparkline.ts';
import { pointsSince } from '../../src/report/history-text.ts';
import { linesOfReport } from '../../src/report/lines-of-report.ts';
import { comparison, measurement, narrowModel, report } from '../support/measurements.ts';
import { anyLine, commitId, historyLine } from './lines.ts';

const historyOf = (...lines: readonly HistoryLine[]): History => ({
  lines: [...lines].sort((one, other) => one.time - other.time),
  ignored: 0,
});
/** Peak RAM over commits, a day apart. */
const ram = (...values: readonly number[]) =>
  values.map((value, index) =>
    historyLine({
      commit: commitId(index),
      time: 1_760_000_000 + index * 86_400,
      sha256: value.toString(16).padStart(64, '0'),
      metrics: { peakRam: [value, 'exact'] },
    }),
  );

describe('series', () => {
  test('hold every line once, and changes add up to the last value', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyLine, { selector: ({ commit, model, target }) => `${commit}${model}${target}` }),
        (lines) => {
          const series = allSeries(historyOf(...lines));
          expect(series.flatMap((one) => one.lines)).toHaveLength(lines.length);
          for (const one of series) {
            const points = pointsOf(one, 'peakRam');
            const [first] = points;
            const sum = points.reduce((total, { change }) => total + (change ?? 0), first?.metric.value ?? 0);
            const last = points.at(-1)?.metric.value ?? 0;
            const scale = Math.max(1, ...points.map(({ metric }) => Math.abs(metric.value)));
            if (Number.isFinite(sum)) expect(Math.abs(sum - last) / scale).toBeLessThan(1e-9);
          }
        },
      ),
    );
  });

  test('the last move is the commit after which nothing differs', () => {
    const points = pointsOf({ lines: ram(10, 12, 12, 9, 9) }, 'peakRam');
    expect(lastMove(points)).toMatchObject({ from: 12, to: 9, line: { commit: commitId(3) }, sameModel: false });
    expect(lastMove(pointsOf({ lines: ram(10, 10) }, 'peakRam'))).toBeUndefined();
    expect(lastMove([])).toBeUndefined();
  });

  test('a move without another model tells the gate that measured before', () => {
    const [first = historyLine(), second = historyLine()] = ram(10, 11);
    const lines = [first, { ...second, sha256: first.sha256, gate: '1.1.0' }];
    expect(lastMove(pointsOf({ lines }, 'peakRam'))).toMatchObject({ sameModel: true, gateBefore: '1.0.0' });
  });

  test('a renamed model goes on under its new name, in circles too', () => {
    const [one = historyLine(), two = historyLine(), three = historyLine()] = ram(1, 2, 3);
    const renamed = historyOf(one, { ...two, model: 'b.onnx', was: one.model });
    expect(allSeries(renamed).map(({ model, lines }) => [model, lines.length])).toEqual([['b.onnx', 2]]);
    expect(indexSeries(renamed)('b.onnx', 'nano33').lines).toHaveLength(2);
    const back = historyOf(one, { ...two, model: 'b.onnx', was: one.model }, { ...three, was: 'b.onnx' });
    expect(indexSeries(back)(one.model, 'nano33').lines.at(-1)?.commit).toBe(three.commit);
  });

  test('since a moment: what was in force then, and all after', () => {
    const points = pointsOf({ lines: ram(1, 2, 3, 4) }, 'peakRam');
    const values = (time: number) => pointsSince(points, time).map(({ metric }) => metric.value);
    const day = (index: number) => 1_760_000_000 + index * 86_400;
    expect(values(day(1))).toEqual([2, 3, 4]);
    expect(values(day(1) + 10)).toEqual([2, 3, 4]);
    expect(values(day(9))).toEqual([4]);
    expect(values(0)).toEqual([1, 2, 3, 4]);
  });
});

describe('what a push adds', () => {
  const commits = {
    head: { sha: commitId(2), time: 1_760_000_200, message: 'Wider\n\nand deeper' },
    base: { sha: commitId(1), time: 1_760_000_100, message: 'Before' },
  };
  const compared = comparison({ base: { measurement: narrowModel() }, head: { measurement: measurement() } });

  test('the head, and the base where nothing is known of it', () => {
    const lines = linesOfReport(report([compared]), commits, historyOf());
    expect(lines.map(({ commit, subject, metrics }) => [commit, subject, metrics.peakRam?.[0]])).toEqual([
      [commitId(1), 'Before', narrowModel().peakRam?.value],
      [commitId(2), 'Wider', measurement().peakRam?.value],
    ]);
    const known = historyOf({ ...(lines[0] ?? historyLine()), commit: commitId(0), time: 1_760_000_000 });
    expect(linesOfReport(report([compared]), commits, known).map(({ commit }) => commit)).toEqual([commitId(2)]);
  });

  test('nothing of what was removed or could not be measured', () => {
    const removed = comparison({
      change: { path: 'models/kws.onnx', state: 'removed' },
      base: { measurement: measurement() },
      head: null,
    });
    expect(linesOfReport(report([removed]), { head: commits.head }, historyOf())).toEqual([]);
  });

  test('what only repeats what is known is not new', () => {
    const [known = historyLine()] = ram(7);
    const later = { ...known, commit: commitId(8), time: known.time + 1, subject: 'Docs' };
    expect(newLines([later], historyOf(known))).toEqual([]);
    expect(newLines([{ ...later, gate: '2.0.0' }], historyOf(known))).toHaveLength(1);
    expect(newLines([later], historyOf())).toEqual([later]);
  });

  test.each([
    ['Fix\n\nmore', 'Fix'],
    ['Merge pull request #12 from acme/wider\n\nWider second layer', 'Wider second layer (#12)'],
    ['Merge pull request #12 from acme/wider', 'Merge pull request #12 from acme/wider'],
    ['', ''],
    ['x'.repeat(500), 'x'.repeat(120)],
  ])('%j is shown as %j', (message, subject) => expect(subjectOf(message)).toBe(subject));
});

describe('sparkline', () => {
  test.each([
    [[], ''],
    [[5], '▁'],
    [[5, 5], '▁▁'],
    [[0, 7], '▁█'],
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[-1e308, 1e308], '▁▁'],
  ])('%j is %s', (values, expected) => expect(sparkline(values)).toBe(expected));

  test('has a bar for each value, the last ones where there are too many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 })),
        fc.integer({ min: 1, max: 30 }),
        (values, width) => {
          expect([...sparkline(values, width)]).toHaveLength(Math.min(values.length, width));
          expect(sparkline(values, width)).toMatch(/^[▁▂▃▄▅▆▇█]*$/);
        },
      ),
    );
  });
});
