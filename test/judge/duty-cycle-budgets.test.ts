import { describe, expect, it } from 'vitest';
import type { Metric } from '../../src/measurement/measurement.ts';
import { renderComment } from '../../src/report/comment.ts';
import { headline } from '../../src/report/headline.ts';
import { budget, comparison, measurement, modelled, report } from '../support/measurements.ts';

const days = (value: number, bound?: Metric['bound']): Metric => ({
  value,
  unit: 'days',
  basis: 'modelled',
  ...(bound === undefined ? {} : { bound, source: 'the power asleep counted as 0' }),
});
const said = (base: Metric, head: Metric, ...budgets: Parameters<typeof budget>[1][]) =>
  comparison({
    base: { measurement: measurement({ batteryLife: base }) },
    head: { measurement: measurement({ batteryLife: head }) },
    budgets: budgets.map((limit) => budget('batteryLife', limit)),
  }).judgements.map(({ verdict, message }) => `${verdict}: ${message}`);

describe('budgets on how long a battery lasts', () => {
  it.each([
    ['kept', days(400), 'pass: battery life ≈ 400 days ≥ 365 days'],
    ['exceeded', days(300), 'fail: battery life ≈ 300 days < 365 days'],
    ['a bound that is beyond it is enough', days(300, 'at-most'), 'fail: battery life at most 300 days < 365 days'],
    [
      'a bound within it tells nothing',
      days(400, 'at-most'),
      "error: battery life can't be judged: at most 400 days, the power asleep counted as 0",
    ],
  ])('min: %s', (_, head, expected) => {
    expect(said(days(500), head, { kind: 'min', value: 365 })).toEqual([expected]);
  });

  it.each([
    ['kept', 10, 9.5, 'pass: battery life ≈ 10 days → 9.50 days, −5 % ≤ 10 %'],
    ['exceeded', 10, 8, 'fail: battery life ≈ 10 days → 8 days, −20 % > 10 %'],
    ['longer', 10, 12, 'pass: battery life ≈ 10 days → 12 days, +20 %'],
    ['the same', 10, 10, 'pass: battery life unchanged at 10 days'],
  ])('max-drop: %s', (_, base, head, expected) => {
    expect(said(days(base), days(head), { kind: 'max-decrease', relative: 0.1 })).toEqual([expected]);
  });

  it('of a percentage and a time both must be exceeded', () => {
    const limit = { kind: 'max-decrease', relative: 0.1, absolute: 5 } as const;
    expect(said(days(10), days(8), limit)).toEqual(['pass: battery life ≈ 10 days → 8 days, −20 % ≤ 10 % and 5 days']);
    expect(said(days(40), days(30), limit)).toEqual([
      'fail: battery life ≈ 40 days → 30 days, −25 % > 10 % and 5 days',
    ]);
  });
});

it('the comment has columns for what is configured, and the headline tells the days', () => {
  const side = (latency: number) =>
    measurement({
      dutyCycle: { everyMs: 1000, battery: 'CR2032' },
      latency: modelled(latency, 'ms', 0.1),
      averagePower: modelled(latency / 50, 'mW', 0.2),
      duty: { value: latency / 1000, unit: 'ratio', basis: 'modelled' },
      batteryLife: days(1500 / latency),
      unavailable: {},
    });
  const failing = comparison({
    base: { measurement: side(50) },
    head: { measurement: side(200) },
    budgets: [budget('batteryLife', { kind: 'min', value: 20 })],
  });
  const one = report([failing]);
  expect(headline(one)).toBe(
    'models/kws.onnx now empties the battery too soon on nano33: battery life ≈ 7.50 days < 20 days (−75 %)',
  );
  const text = renderComment(one, { marker: '' }).replaceAll('\u00a0', ' ');
  expect(text).toContain('| Average power | Duty | Battery life |');
  expect(text).toContain('❌ ≈ 7.50 days<br>−75 %');
  expect(text).toContain('≈ 20 %<br>+15 pp');
  expect(renderComment(report([comparison()]), { marker: '' })).not.toContain('Battery life');
});
