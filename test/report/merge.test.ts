import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { mergeReports } from '../../src/report/merge.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { budget, comparison, KiB, report, wideModel } from '../support/measurements.ts';

const fine = report([comparison()]);
const failing = report([
  comparison({
    target: { name: 'esp32', id: 'esp32-s3/tflm' },
    head: { measurement: wideModel() },
    budgets: [budget('peakRam', { kind: 'max', value: 64 * KiB })],
  }),
]);

describe('mergeReports', () => {
  it('joins legs into one report with the worst verdict, in an order that does not depend on theirs', () => {
    const merged = mergeReports([fine, failing]);
    expect(merged.verdict).toBe('fail');
    expect(merged.targets).toEqual(['nano33', 'esp32']);
    expect(merged.comparisons.map(({ target }) => target)).toEqual(['esp32', 'nano33']);
    expect(mergeReports([failing, fine]).comparisons).toEqual(merged.comparisons);
    expect(gateReportSchema.parse(merged)).toEqual(merged);
  });

  it('takes the same result twice as one', () => {
    expect(mergeReports([fine, structuredClone(fine)])).toEqual(fine);
  });

  it('does not choose between two results silently', () => {
    const [first] = fine.comparisons;
    if (first === undefined) throw new Error('the fixture has a comparison');
    const other = report([{ ...first, deltas: {} }]);
    const merged = mergeReports([fine, other]);
    expect(merged.verdict).toBe('error');
    expect(merged.comparisons).toEqual(fine.comparisons);
    expect(merged.problems).toEqual([
      'Two legs report different results for models/kws.onnx on nano33; give each leg its own targets.',
    ]);
  });

  it('finds legs about other commits', () => {
    const merged = mergeReports([fine, { ...failing, head: { sha: '3'.repeat(40), label: 'x' }, base: null }]);
    expect(merged.verdict).toBe('error');
    expect(merged.problems).toEqual([
      'The legs measured different commits (2222222, 3333333); run all of them again.',
      'The legs compared with different base commits (1111111, none); run all of them again.',
    ]);
  });

  it('keeps notes and problems once, and says when legs ran different versions', () => {
    const noted = { ...fine, notes: ['n'], problems: ['p'], verdict: 'error' as const };
    const merged = mergeReports([noted, { ...noted, gate: '2.0.0' }]);
    expect(merged.notes).toEqual(['The legs ran different versions of the gate: 1.0.0, 2.0.0.', 'n']);
    expect(merged.problems).toEqual(['p']);
  });

  it('does not trust a verdict that is better than its comparisons', () => {
    expect(mergeReports([{ ...failing, verdict: 'pass' }]).verdict).toBe('fail');
  });

  it('refuses to make a report of nothing', () => {
    expect(() => mergeReports([])).toThrow(UserError);
  });
});
