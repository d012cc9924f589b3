import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addLines, type HistoryFiles, isHistoryFile, readHistory } from '../../src/history/files.ts';
import { type HistoryLine, keyOf, lineText, parseLine } from '../../src/history/line.ts';
import { attacks } from '../support/attacks.ts';
import { anyLine, commitId, historyLine } from './lines.ts';

const with_ = (files: HistoryFiles, lines: readonly HistoryLine[]): HistoryFiles =>
  new Map([...files, ...addLines(files, lines)]);
const empty: HistoryFiles = new Map();
const lastOfEach = (lines: readonly HistoryLine[]) =>
  [...new Map(lines.map((line) => [keyOf(line), lineText(line)])).values()].sort();
const texts = (files: HistoryFiles) =>
  readHistory(files)
    .lines.map((line) => lineText(line))
    .sort();

describe('lines are added', () => {
  test('and read back: the last about each commit, model and target, in the order of commits, in files of a month', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyLine, { maxLength: 8 }), { maxLength: 6 }), (pushes) => {
        const files = pushes.reduce(with_, empty);
        expect(texts(files)).toEqual(lastOfEach(pushes.flat()));
        const { lines, ignored } = readHistory(files);
        expect(ignored).toBe(0);
        expect(lines.every((line, index) => line.time >= (lines[index - 1]?.time ?? 0))).toBe(true);
        for (const [name, text] of files) {
          expect(isHistoryFile(name)).toBe(true);
          for (const each of text.trimEnd().split('\n'))
            expect(new Date((parseLine(each)?.time ?? 0) * 1000).toISOString().startsWith(name.slice(0, 7))).toBe(true);
        }
      }),
    );
  });

  test('twice as once, and in whichever order where they are about different things', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyLine, { selector: keyOf }), fc.nat(20), (lines, cut) => {
        const [one, other] = [lines.slice(0, cut), lines.slice(cut)];
        const files = with_(with_(empty, one), other);
        expect(addLines(files, lines).size).toBe(0);
        expect(texts(files)).toEqual(texts(with_(with_(empty, other), one)));
      }),
    );
  });

  test('and what is not understood stays as it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.json(), fc.constantFrom('{"v":2,"new":true}', ...attacks)), { maxLength: 8 }),
        anyLine,
        (strange, line) => {
          const kept = strange.flatMap((text) => text.split('\n')).filter((text) => text.trim() !== '');
          const name = `${new Date(line.time * 1000).toISOString().slice(0, 7)}.jsonl`;
          const files = with_(new Map([[name, kept.join('\n')]]), [line]);
          const after = (files.get(name) ?? '').split('\n');
          for (const text of kept) expect(after).toContain(text);
          expect(readHistory(files)).toEqual({ lines: [parseLine(lineText(line))], ignored: kept.length });
        },
      ),
    );
  });

  test('lines about the same, which somebody wrote by hand, are one afterwards', () => {
    const [one, other] = [historyLine({ subject: 'one' }), historyLine({ subject: 'other' })];
    const text = `${lineText(one)}\n${lineText(other)}\n`;
    const files = with_(
      new Map([
        ['2025-10.jsonl', text],
        ['2025-10-2.jsonl', text],
      ]),
      [historyLine()],
    );
    expect(readHistory(files).lines).toEqual([historyLine()]);
    expect(files.get('2025-10.jsonl')).toBe(`${lineText(historyLine())}\n`);
  });

  test('a file that was too large to be read is not written over', () => {
    const line = historyLine();
    expect([...addLines(empty, [line], ['2025-10.jsonl', 'README.md']).keys()]).toEqual(['2025-10-2.jsonl']);
    expect([...addLines(empty, [line], ['2025-09.jsonl', 'README.md']).keys()]).toEqual(['2025-10.jsonl']);
  });

  test('a month of many lines goes on in further files, and a line in the first is still replaced', () => {
    const many = Array.from({ length: 6000 }, (_, index) => historyLine({ commit: commitId(index) }));
    const files = with_(empty, many);
    expect([...files.keys()]).toEqual(['2025-10.jsonl', '2025-10-2.jsonl', '2025-10-3.jsonl']);
    const again = historyLine({ commit: commitId(3), subject: 'again' });
    expect([...addLines(files, [again]).keys()]).toEqual(['2025-10.jsonl']);
    expect(readHistory(with_(files, [again])).lines).toHaveLength(6000);
  });
});

describe('what anybody may have written', () => {
  const line = historyLine();
  test.each<[string, object]>([
    ['another version', { v: 2 }],
    ['a key of its own', { constructor: 1 }],
    ['a commit that is none', { commit: '$(id)' }],
    ['a time beyond the calendar', { time: 1e15 }],
    ['a subject without end', { subject: 'x'.repeat(201) }],
    ['a number that is none', { metrics: { peakRam: ['1', 'exact'] } }],
    ['an endless number', { metrics: { peakRam: [Number.POSITIVE_INFINITY, 'exact'] } }],
    ['a metric that is none', { metrics: { __proto: [1, 'exact'] } }],
    ['a basis that is none', { metrics: { peakRam: [1, '<b>'] } }],
  ])('%s is no line', (_what, change) => {
    expect(parseLine(JSON.stringify(line))).toEqual(line);
    expect(parseLine(JSON.stringify({ ...line, ...change }))).toBeUndefined();
  });

  test('a line is not read beyond its limit, nor is what is no JSON', () => {
    expect(parseLine(`${JSON.stringify(line)}${' '.repeat(20_000)}`)).toBeUndefined();
    expect(parseLine('1e999')).toBeUndefined();
    expect(parseLine(`${'['.repeat(10_000)}`)).toBeUndefined();
  });

  test.each(attacks)('%j as subject and model comes back as it is, in one line', (attack) => {
    const hostile = historyLine({ subject: attack.slice(0, 200), model: attack });
    const text = lineText(hostile);
    expect(text).not.toContain('\n');
    expect(parseLine(text)).toEqual(hostile);
  });

  test.each(['index.html', '2026-1.jsonl', '2026-11-.jsonl', 'x2026-11.jsonl', '../2026-11.jsonl', '2026-11.jsonl.gz'])(
    '%s is no file of the history',
    (name) => expect(isHistoryFile(name)).toBe(false),
  );
});
