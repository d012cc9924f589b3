import { describe, expect, it } from 'vitest';
import type { Budget } from '../../src/judge/budget.ts';
import { type Comparison, comparisonSchema } from '../../src/judge/comparison.ts';
import type { Earlier } from '../../src/judge/earlier.ts';
import { worstVerdict } from '../../src/judge/worst-verdict.ts';
import type { Measurement } from '../../src/measurement/measurement.ts';
import { judgementWords } from '../../src/report/judgement-words.ts';
import { budget, comparison, exact, KiB, measurement, modelled } from '../support/measurements.ts';

function judged(budgets: readonly Budget[], head: Partial<Measurement>, base: Partial<Measurement> = {}): Comparison {
  return comparison({ base: { measurement: measurement(base) }, head: { measurement: measurement(head) }, budgets });
}

/** A judgement as `verdict: message`. */
function said(result: Comparison): string {
  return result.judgements.map((judgement) => `${judgement.verdict}: ${judgementWords(judgement)}`).join('\n');
}

const ram = (bytes: number) => ({ peakRam: exact(bytes) });

describe('judge: one limit on one metric', () => {
  it.each<readonly [string, Budget, Partial<Measurement>, Partial<Measurement>, string]>([
    [
      'max kept',
      budget('peakRam', { kind: 'max', value: 64 * KiB }),
      ram(60.1 * KiB),
      {},
      'pass: peak RAM 60.1 KiB ≤ 64 KiB',
    ],
    [
      'max reached',
      budget('peakRam', { kind: 'max', value: 64 * KiB }),
      ram(64 * KiB),
      {},
      'pass: peak RAM 64 KiB ≤ 64 KiB',
    ],
    [
      'max exceeded',
      budget('peakRam', { kind: 'max', value: 64 * KiB }),
      ram(71.2 * KiB),
      {},
      'fail: peak RAM 71.2 KiB > 64 KiB',
    ],
    [
      'by a byte',
      budget('peakRam', { kind: 'max', value: 64 * KiB }),
      ram(64 * KiB + 1),
      {},
      'fail: peak RAM 64.001 KiB > 64 KiB',
    ],
    [
      'as a warning',
      budget('peakRam', { kind: 'max', value: 64 * KiB }, { level: 'warn' }),
      ram(71.2 * KiB),
      {},
      'warn: peak RAM 71.2 KiB > 64 KiB',
    ],
    [
      'an estimate near the limit',
      budget('latency', { kind: 'max', value: 20 }),
      { latency: modelled(21.3, 'ms', 0.1) },
      {},
      "fail: latency ≈ 21.3 ms > 20 ms, within the estimate's error of 10 %",
    ],
    [
      'an estimate far from it',
      budget('latency', { kind: 'max', value: 20 }),
      { latency: modelled(40, 'ms', 0.1) },
      {},
      'fail: latency ≈ 40 ms > 20 ms',
    ],
    ['min', budget('accuracy', { kind: 'min', value: 0.92 }), {}, {}, 'fail: accuracy 91.3 % < 92 %'],
    ['parameters', budget('parameters', { kind: 'max', value: 1_000_000 }), {}, {}, 'pass: parameters 22.6 k ≤ 1 M'],
    ['the file', budget('modelBytes', { kind: 'max', value: 5e6 }), {}, {}, 'pass: model file 52.7 KiB ≤ 4.77 MiB'],
    [
      'growth',
      budget('peakRam', { kind: 'max-increase', relative: 0.02 }),
      ram(103_000),
      ram(100_000),
      'fail: peak RAM 97.7 KiB → 100.6 KiB, +3 % > 2 %',
    ],
    [
      'growth up to the limit',
      budget('peakRam', { kind: 'max-increase', relative: 0.02 }),
      ram(102_000),
      ram(100_000),
      'pass: peak RAM 97.7 KiB → 99.6 KiB, +2 % ≤ 2 %',
    ],
    [
      'growth in bytes',
      budget('peakRam', { kind: 'max-increase', absolute: 4 * KiB }),
      ram(15 * KiB),
      ram(10 * KiB),
      'fail: peak RAM 10 KiB → 15 KiB, +5 KiB > 4 KiB',
    ],
    [
      'growth over one of two limits',
      budget('peakRam', { kind: 'max-increase', relative: 0.02, absolute: 4 * KiB }),
      ram(11 * KiB),
      ram(10 * KiB),
      'pass: peak RAM 10 KiB → 11 KiB, +10 % > 2 % and +1 KiB ≤ 4 KiB',
    ],
    [
      'growth over both',
      budget('peakRam', { kind: 'max-increase', relative: 0.02, absolute: 4 * KiB }),
      ram(15 * KiB),
      ram(10 * KiB),
      'fail: peak RAM 10 KiB → 15 KiB, +50 % > 2 % and +5 KiB > 4 KiB',
    ],
    [
      'growth from nothing',
      budget('peakRam', { kind: 'max-increase', relative: 0.02 }),
      ram(KiB),
      ram(0),
      'fail: peak RAM 0 B → 1 KiB, from nothing > 2 %',
    ],
    [
      'shrinking',
      budget('peakRam', { kind: 'max-increase', relative: 0.02 }),
      ram(9 * KiB),
      ram(10 * KiB),
      'pass: peak RAM 10 KiB → 9 KiB, −10 %',
    ],
    [
      'no change',
      budget('peakRam', { kind: 'max-increase', relative: 0 }),
      ram(10 * KiB),
      ram(10 * KiB),
      'pass: peak RAM unchanged at 10 KiB',
    ],
    [
      'a bare ratchet',
      budget('peakRam', { kind: 'max-increase', absolute: 0 }),
      ram(10 * KiB + 1),
      ram(10 * KiB),
      'fail: peak RAM 10 KiB → 10.001 KiB, +1 B > 0 B',
    ],
  ])('%s', (_, rule, head, base, expected) => {
    expect(said(judged([rule], head, base))).toBe(expected);
  });
});

describe('judge: what can not be had', () => {
  const missing = { latency: null, unavailable: { latency: 'the board has no cycle model' } };
  const limit = { kind: 'max', value: 20 } as const;

  it.each<readonly [string, Partial<Budget>, string]>([
    ['an error budget is not green', {}, 'error'],
    ['a warning budget warns', { level: 'warn' }, 'warn'],
    ['a default that only warns was not asked for', { level: 'warn', rule: 'default' }, 'pass'],
    ['a default that fails is not green', { rule: 'default' }, 'error'],
  ])('%s', (_, overrides, verdict) => {
    const result = judged([budget('latency', limit, overrides)], missing);
    expect(said(result)).toBe(`${verdict}: latency can't be judged: the board has no cycle model`);
    expect(result.verdict).toBe(verdict);
  });

  it("the board's own limit is none where the base lacks the metric too, as on a target whose runtime never says it; a new model warns", () => {
    const own = budget('latency', limit, { rule: 'default' });
    expect(judged([own], missing, missing).verdict).toBe('pass');
    expect(judged([budget('latency', limit)], missing, missing).verdict).toBe('error');
    const fresh = { change: { path: 'models/new.onnx', state: 'new' as const }, base: null };
    expect(comparison({ ...fresh, head: { measurement: measurement(missing) }, budgets: [own] }).verdict).toBe('warn');
  });

  it('judges only absolute limits of a new model', () => {
    const result = comparison({
      change: { path: 'models/new.onnx', state: 'new' },
      base: null,
      budgets: [
        budget('peakRam', { kind: 'max', value: 64 * KiB }),
        budget('peakRam', { kind: 'max-increase', relative: 0.02 }),
        budget('accuracy', { kind: 'max-drop', points: 0.01 }),
      ],
    });
    expect(said(result)).toBe(
      [
        'pass: peak RAM 60.1 KiB ≤ 64 KiB',
        'pass: peak RAM: no increase to judge, the model is new',
        'pass: accuracy: no increase to judge, the model is new',
      ].join('\n'),
    );
  });

  it.each(['base-missing', 'compared', 'renamed'] as const)(
    'a base that is missing though there should be one (%s) is an error',
    (state) => {
      const result = comparison({
        change: { path: 'a.onnx', state },
        base: null,
        budgets: [budget('flash', { kind: 'max-increase', relative: 0.05 })],
      });
      expect(said(result)).toBe("error: flash can't be compared with the base: the base has no measurement");
      expect(result.verdict).toBe('error');
    },
  );

  it('a base that is no model: what would be compared with it warns, whatever its level; all else is judged', () => {
    const judge = (budgets: readonly Budget[], head = {}) =>
      comparison({
        change: { path: 'a.onnx', state: 'base-unreadable' },
        base: null,
        head: { measurement: measurement(head) },
        budgets,
      });
    const increase = { kind: 'max-increase', relative: 0.05 } as const;
    const mended = judge([
      budget('flash', increase),
      budget('peakRam', increase, { level: 'warn', rule: 'default' }),
      budget('accuracy', { kind: 'max-drop', points: 0.01 }),
      budget('peakRam', { kind: 'max', value: 64 * KiB }),
    ]);
    expect(mended.judgements.map(({ verdict }) => verdict)).toEqual(['warn', 'warn', 'warn', 'pass']);
    expect(mended.judgements[0]?.message).toBe("flash can't be compared with the base: its model can't be read");
    expect(judge([budget('flash', increase)]).verdict).toBe('warn');
    expect(judge([budget('peakRam', { kind: 'max', value: 1 })]).verdict).toBe('fail');
    // What the head itself lacks, and what is compared with something else, is no matter of the base.
    expect(judge([budget('latency', increase)], missing).verdict).toBe('error');
    expect(judge([budget('flash', { ...increase, since: 'v1' })]).verdict).toBe('error');
  });

  it('a base that ran without this metric keeps no better head out, and is said', () => {
    const result = judged([budget('latency', { kind: 'max-increase', relative: 0.05 })], {}, missing);
    expect(said(result)).toBe("pass: latency can't be compared with the base: the board has no cycle model");
  });

  it('a model that the target refuses fails, by its finding and by what it lacks', () => {
    const refused = {
      ...missing,
      deployable: false,
      findings: [{ code: 'unsupported-operator', severity: 'error' as const, message: 'GELU is not supported' }],
    };
    const result = judged([budget('latency', limit)], refused);
    expect(result.verdict).toBe('fail');
    expect(judged([], { deployable: false }).verdict).toBe('fail');
    expect(judged([], { findings: refused.findings }).verdict).toBe('fail');
  });

  it('a head that could not be measured is an error even without a budget or a reason', () => {
    const result = comparison({ head: null });
    expect(result).toMatchObject({ verdict: 'error', judgements: [] });
    expect(result.problems).toEqual(['models/kws.onnx could not be measured on nano33, and no reason was given']);
    expect(comparison({ change: { path: 'a', state: 'removed' }, head: null }).verdict).toBe('pass');
  });
});

describe('judge: a drop in accuracy', () => {
  const answers = (samples: number, wrong: number, from = 0) =>
    Uint8Array.from({ length: samples }, (_, index) => (index >= from && index < from + wrong ? 0 : 1));
  const drop = (samples: number, baseWrong: number, headWrong: number, points = 0.005, from = 0) => {
    const of = (wrong: number, at: number) => ({
      measurement: measurement({ accuracy: { value: 1 - wrong / samples, unit: 'ratio', basis: 'measured' } }),
      correct: answers(samples, wrong, at),
    });
    return said(
      comparison({
        base: of(baseWrong, 0),
        head: of(headWrong, from),
        budgets: [budget('accuracy', { kind: 'max-drop', points })],
      }),
    );
  };

  it.each<readonly [string, string, string]>([
    [
      'surely over',
      drop(10_000, 100, 300),
      'fail: accuracy fell 2 pp > 0.5 pp (99 % → 97 %; 95 % interval −2.3 pp to −1.7 pp on 10000 samples)',
    ],
    [
      'over, on too few samples',
      drop(100, 1, 3),
      'fail: accuracy fell 2 pp > 0.5 pp (99 % → 97 %; 95 % interval −7.0 pp to +1.8 pp: 100 samples are too few to be sure)',
    ],
    [
      'surely within',
      drop(10_000, 100, 110),
      'pass: accuracy fell 0.1 pp ≤ 0.5 pp (99 % → 98.9 %; 95 % interval −0.18 pp to −0.054 pp on 10000 samples)',
    ],
    [
      'within, on too few samples',
      drop(200, 2, 2, 0.005, 2),
      'pass: accuracy unchanged (99 % → 99 %; 95 % interval −2.7 pp to +2.7 pp: 200 samples are too few to rule out a drop over 0.5 pp)',
    ],
    [
      'risen',
      drop(10_000, 100, 50),
      'pass: accuracy rose 0.5 pp (99 % → 99.5 %; 95 % interval +0.38 pp to +0.66 pp on 10000 samples)',
    ],
    ['the very same answers', drop(100, 5, 5), 'pass: accuracy unchanged at 95 %, right on the same of 100 samples'],
    [
      'exactly the limit',
      drop(200, 1, 2),
      'pass: accuracy fell 0.5 pp ≤ 0.5 pp (99.5 % → 99 %; 95 % interval −2.8 pp to +1.4 pp: 200 samples are too few to rule out a drop over 0.5 pp)',
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('is the plain difference where there are no answers by sample', () => {
    const head = { accuracy: { value: 0.9, unit: 'ratio', basis: 'measured' } } as const;
    expect(said(judged([budget('accuracy', { kind: 'max-drop', points: 0.005 })], head))).toBe(
      'fail: accuracy fell 1.3 pp > 0.5 pp (91.3 % → 90 %, not tested by sample)',
    );
  });
});

describe('worstVerdict', () => {
  it('puts what could not be judged last', () => {
    expect(worstVerdict([])).toBe('pass');
    expect(worstVerdict(['pass', 'warn'])).toBe('warn');
    expect(worstVerdict(['fail', 'warn'])).toBe('fail');
    expect(worstVerdict(['error', 'fail'])).toBe('error');
  });
});

describe('buildComparison', () => {
  it('makes what the schema of reports asks for', () => {
    const result = judged([budget('flash', { kind: 'max-increase', relative: 0.05 })], ram(70_000));
    expect(comparisonSchema.parse(result)).toEqual(result);
    expect(result.deltas.peakRam).toEqual({
      absolute: 70_000 - 60.1 * KiB,
      relative: (70_000 - 60.1 * KiB) / (60.1 * KiB),
    });
  });
});

describe('judge: growth since a release', () => {
  const since = 'v1.2.0';
  const growth = budget('peakRam', { kind: 'max-increase', relative: 0.1, since });
  const known = (overrides: Partial<Measurement>, caution?: string): Earlier => ({
    kind: 'known',
    measurement: measurement(overrides),
    ...(caution === undefined ? {} : { caution }),
  });
  const held = (one: Budget, side: Earlier | undefined, head: Partial<Measurement> = ram(66 * KiB)) =>
    comparison({
      base: { measurement: measurement(ram(66 * KiB)) },
      head: { measurement: measurement(head) },
      budgets: [one],
      ...(side === undefined ? {} : { earlier: { [since]: side } }),
    });

  it.each<readonly [string, Budget, Earlier | undefined, string]>([
    [
      'exceeded, though the base has as much',
      growth,
      known(ram(60 * KiB - 100)),
      'fail: peak RAM 59.9 KiB → 66 KiB since v1.2.0, +10.2 % > 10 %',
    ],
    ['kept', growth, known(ram(64 * KiB)), 'pass: peak RAM 64 KiB → 66 KiB since v1.2.0, +3.1 % ≤ 10 %'],
    ['nothing', growth, known(ram(66 * KiB)), 'pass: peak RAM unchanged at 66 KiB since v1.2.0'],
    [
      'a record of another gate',
      growth,
      known(ram(64 * KiB), 'recorded by version 0.9 of the gate'),
      'pass: peak RAM 64 KiB → 66 KiB since v1.2.0, +3.1 % ≤ 10 %, recorded by version 0.9 of the gate',
    ],
    [
      'not there yet',
      growth,
      { kind: 'absent' },
      'pass: peak RAM: no increase to judge, v1.2.0 does not have the model',
    ],
    [
      'not to be had',
      growth,
      { kind: 'missing', reason: 'there is no tag' },
      "error: peak RAM can't be compared with v1.2.0: there is no tag",
    ],
    ['nobody looked', growth, undefined, "error: peak RAM can't be compared with v1.2.0: nothing is known of it here"],
    [
      'a warning alone',
      { ...growth, level: 'warn' },
      { kind: 'missing', reason: 'there is no tag' },
      "warn: peak RAM can't be compared with v1.2.0: there is no tag",
    ],
    [
      'it lacked this metric',
      growth,
      known({ peakRam: null, unavailable: { peakRam: 'it did not run' } }),
      "pass: peak RAM can't be compared with v1.2.0: it did not run",
    ],
    [
      'a name that objects have',
      { ...growth, limit: { kind: 'max-increase', since: 'constructor' } },
      undefined,
      "error: peak RAM can't be compared with constructor: nothing is known of it here",
    ],
    [
      'a battery',
      budget('batteryLife', { kind: 'max-decrease', relative: 0.1, since }),
      known({ batteryLife: { value: 100, unit: 'days', basis: 'modelled' } }),
      'fail: battery life ≈ 100 days → 80 days since v1.2.0, −20 % > 10 %',
    ],
    [
      'accuracy',
      budget('accuracy', { kind: 'max-drop', points: 0.005, since }),
      known({ accuracy: { value: 0.933, unit: 'ratio', basis: 'measured' } }),
      'fail: accuracy fell 2 pp > 0.5 pp (93.3 % → 91.3 % since v1.2.0, not tested by sample)',
    ],
    [
      'parameters that were not recorded',
      budget('parameters', { kind: 'max-increase', relative: 0, since }),
      { kind: 'known', measurement: { ...measurement(), model: null } },
      "pass: parameters can't be compared with v1.2.0: it was not recorded",
    ],
  ])('%s', (_what, one, side, expected) => {
    expect(
      said(held(one, side, { ...ram(66 * KiB), batteryLife: { value: 80, unit: 'days', basis: 'modelled' } })),
    ).toBe(expected);
  });
});
