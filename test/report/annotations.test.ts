import { describe, expect, it } from 'vitest';
import { annotationsOf } from '../../src/report/annotations.ts';
import { budget, comparison, KiB, measurement, narrowModel, report, wideModel } from '../support/measurements.ts';

const wide = comparison({
  base: { measurement: narrowModel() },
  head: { measurement: wideModel() },
  budgets: [
    budget('flash', { kind: 'max-increase', relative: 0.04 }, { level: 'warn' }),
    budget('peakRam', { kind: 'max', value: 64 * KiB }, { origin: 'RAM of nano33', rule: 'default' }),
  ],
});

describe('annotationsOf', () => {
  it('puts a budget of the configuration on its line, any other on the model, worst first', () => {
    expect(annotationsOf(report([wide]))).toEqual([
      {
        level: 'error',
        title: 'models/kws.onnx on nano33',
        message: 'peak RAM 71.2 KiB > 64 KiB (RAM of nano33)',
        file: 'models/kws.onnx',
      },
      {
        level: 'warning',
        title: 'models/kws.onnx on nano33',
        message: 'flash ≈ 120 KiB → 131 KiB, +9.2 % > 4 % (edge-ready.yml:12)',
        file: 'edge-ready.yml',
        line: 12,
      },
    ]);
  });

  it('tells what does not run and what could not be judged', () => {
    const refused = comparison({
      head: {
        measurement: measurement({
          deployable: false,
          findings: [{ code: 'x', severity: 'error', where: 'operator 3', message: 'no GELU' }],
        }),
      },
    });
    const broken = comparison({
      change: { path: 'b.onnx', state: 'compared' },
      head: null,
      problems: ['b.onnx is damaged'],
    });
    expect(
      annotationsOf(report([refused, broken], { problems: ['edge-ready.yml:3:1 unknown key'] })).map(
        ({ message, file }) => [message, file],
      ),
    ).toEqual([
      ['edge-ready.yml:3:1 unknown key', 'edge-ready.yml'],
      ['b.onnx is damaged', undefined],
      ['operator 3: no GELU', 'models/kws.onnx'],
    ]);
  });

  it('shows ten at most, errors before warnings, and counts the rest', () => {
    const all = Array.from({ length: 8 }, (_, index) => ({ ...wide, model: `m${index}.onnx` }));
    const annotations = annotationsOf(report(all));
    expect(annotations).toHaveLength(10);
    expect(annotations.slice(0, 8).every(({ level }) => level === 'error')).toBe(true);
    expect(annotations.at(-1)).toEqual({
      level: 'warning',
      title: 'edge-ready-gate',
      message: 'and 7 more; the job summary has all of them',
    });
    expect(annotationsOf(report(all.slice(0, 5)))).toHaveLength(10);
    expect(annotationsOf(report(all.slice(0, 5))).at(-1)?.message).toContain('flash');
  });

  it.each([1, 2, 9, 10, 15, 16])('shows no more than %i, and then says how many it leaves out', (limit) => {
    const all = Array.from({ length: 8 }, (_, index) => ({ ...wide, model: `m${index}.onnx` }));
    const annotations = annotationsOf(report(all), limit);
    expect(annotations).toHaveLength(Math.min(limit, 16));
    if (limit < 16)
      expect(annotations.at(-1)?.message).toBe(`and ${16 - limit + 1} more; the job summary has all of them`);
    else expect(annotations.at(-1)?.message).toContain('flash');
  });

  it('is silent when all is well', () => {
    expect(annotationsOf(report([comparison()]))).toEqual([]);
  });
});
