import { describe, expect, it } from 'vitest';
import { headline, headlineMarkdown } from '../../src/report/headline.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import {
  budget,
  comparison,
  exact,
  KiB,
  measurement,
  modelled,
  narrowModel,
  report,
  wideModel,
} from '../support/measurements.ts';

const ramLimit = budget('peakRam', { kind: 'max', value: 64 * KiB });
const wide = comparison({
  base: { measurement: narrowModel() },
  head: { measurement: wideModel() },
  budgets: [ramLimit],
});
const same = comparison({ budgets: [ramLimit] });
const other = { name: 'esp32', id: 'esp32-s3/tflm' };
const heads = (head: Parameters<typeof measurement>[0]) => ({ head: { measurement: measurement(head) } });
const refusal = { code: 'unsupported-operator', severity: 'error' as const, message: 'tflm has no operator GELU' };

describe('headline', () => {
  it.each<readonly [string, GateReport, string]>([
    [
      'a budget that the base kept',
      report([same, wide]),
      'models/kws.onnx no longer fits nano33: peak RAM 71.2 KiB > 64 KiB (+18.5 %, from conv_3: 64 → 96 channels)',
    ],
    [
      'a budget that the base did not keep either',
      report([
        comparison({ base: { measurement: wideModel() }, head: { measurement: wideModel() }, budgets: [ramLimit] }),
      ]),
      'models/kws.onnx still does not fit nano33: peak RAM 71.2 KiB > 64 KiB',
    ],
    [
      'a new model that does not fit',
      report([
        comparison({
          change: { path: 'models/new.onnx', state: 'new' },
          base: null,
          head: { measurement: wideModel() },
          budgets: [ramLimit],
        }),
      ]),
      'models/new.onnx does not fit nano33: peak RAM 71.2 KiB > 64 KiB',
    ],
    [
      'too slow',
      report([
        comparison({
          ...heads({ latency: modelled(25, 'ms', 0.1) }),
          budgets: [budget('latency', { kind: 'max', value: 20 })],
        }),
      ]),
      'models/kws.onnx is now too slow on nano33: latency ≈ 25 ms > 20 ms (+37.4 %)',
    ],
    [
      'of several budgets the one that is broken worst in proportion to it',
      report([
        comparison({
          ...heads({ peakRam: exact(80 * KiB), latency: modelled(64.4, 'ms', 0.1) }),
          budgets: [
            budget('peakRam', { kind: 'max-increase', relative: 0.02 }),
            budget('peakRam', { kind: 'max', value: 64 * KiB }),
            budget('latency', { kind: 'max-increase', relative: 0.05 }),
            budget('latency', { kind: 'max', value: 20 }),
          ],
        }),
      ]),
      'models/kws.onnx is now too slow on nano33: latency ≈ 64.4 ms > 20 ms (+253.8 %)',
    ],
    [
      'grown',
      report([
        comparison({
          ...heads({ flash: modelled(130 * KiB, 'B', 0.03) }),
          budgets: [budget('flash', { kind: 'max-increase', relative: 0.05 })],
        }),
      ]),
      'models/kws.onnx grew too much on nano33: flash ≈ 120 KiB → 130 KiB, +8.3 % > 5 %',
    ],
    [
      'a warning',
      report([
        comparison({
          ...heads({ flash: modelled(130 * KiB, 'B', 0.03) }),
          budgets: [budget('flash', { kind: 'max-increase', relative: 0.05 }, { level: 'warn' })],
        }),
      ]),
      'models/kws.onnx passes with a warning on nano33: flash ≈ 120 KiB → 130 KiB, +8.3 % > 5 %',
    ],
    [
      'an operator that the target lacks',
      report([comparison(heads({ deployable: false, findings: [refusal] })), { ...wide, target: 'esp32' }]),
      'models/kws.onnx no longer fits esp32: peak RAM 71.2 KiB > 64 KiB (+18.5 %, from conv_3: 64 → 96 channels); 1 more fails',
    ],
    [
      'an operator that the target lacks, alone',
      report([comparison(heads({ deployable: false, findings: [refusal] }))]),
      'models/kws.onnx no longer runs on nano33: tflm has no operator GELU',
    ],
    [
      'what could not be judged comes before what fails',
      report([wide, comparison({ target: other, head: null, problems: ['models/kws.onnx is damaged at byte 12'] })]),
      'models/kws.onnx could not be judged on esp32: models/kws.onnx is damaged at byte 12; 1 more fails',
    ],
    [
      'a missing value under a budget',
      report([
        comparison({
          ...heads({ accuracy: null, unavailable: { accuracy: 'data/kws.npz is missing' } }),
          budgets: [budget('accuracy', { kind: 'min', value: 0.9 })],
        }),
      ]),
      "models/kws.onnx could not be judged on nano33: accuracy can't be judged: data/kws.npz is missing",
    ],
    [
      'the run as a whole',
      report([wide], { problems: ['2 of 4 legs never reported.'], verdict: 'error' }),
      'The models could not be judged: 2 of 4 legs never reported',
    ],
    ['nothing', report([]), 'No model changed'],
    ['nothing that was judged', report([], { verdict: 'error' }), 'No model was judged'],
    ['no metric changed', report([same]), 'models/kws.onnx changed, but no metric did on nano33'],
    [
      'no metric changed anywhere',
      report([same, { ...same, target: 'esp32' }]),
      'models/kws.onnx changed, but no metric did on 2 targets',
    ],
    [
      'unchanged, its budget did',
      report([comparison({ change: { path: 'a.onnx', state: 'unchanged' }, budgets: [ramLimit] })]),
      'a.onnx is unchanged and within its budgets on nano33',
    ],
    [
      'only better',
      report([
        comparison({
          ...heads({ flash: modelled(108 * KiB, 'B', 0.03), peakRam: exact(50.1 * KiB) }),
          budgets: [ramLimit],
        }),
      ]),
      'models/kws.onnx saves 10 KiB peak RAM, ≈ 12 KiB flash on nano33',
    ],
    [
      'within budgets',
      report([comparison({ ...heads({ flash: modelled(122 * KiB, 'B', 0.03) }), budgets: [ramLimit] })]),
      'models/kws.onnx stays within its budgets on nano33: flash ≈ 122 KiB (+1.7 %)',
    ],
    [
      'without budgets',
      report([comparison(heads({ peakRam: exact(61 * KiB) }))]),
      'models/kws.onnx changed; no budget applies on nano33: peak RAM 61 KiB (+1.5 %)',
    ],
    [
      'new and fine',
      report([comparison({ change: { path: 'b.onnx', state: 'new' }, base: null, budgets: [ramLimit] })]),
      'b.onnx is new and within its budgets on nano33: peak RAM 60.1 KiB, flash ≈ 120 KiB, latency ≈ 18.2 ms',
    ],
    [
      'several within budgets',
      report([
        same,
        comparison({
          change: { path: 'b.onnx', state: 'compared' },
          target: other,
          ...heads({ peakRam: exact(61 * KiB) }),
          budgets: [ramLimit],
        }),
      ]),
      '2 models stay within their budgets on 2 targets; largest increase: peak RAM +1.5 % (b.onnx on esp32)',
    ],
    [
      'removed',
      report([comparison({ change: { path: 'b.onnx', state: 'removed' }, head: null })]),
      'b.onnx was removed',
    ],
  ])('%s', (_, given, expected) => {
    expect(headline(given)).toBe(expected);
  });

  it('marks names in Markdown and escapes them', () => {
    expect(headlineMarkdown(report([wide]))).toBe(
      '**models/kws.onnx** no longer fits **nano33**: peak RAM 71.2 KiB > 64 KiB (+18.5 %, from `conv_3`: 64 → 96 channels)',
    );
    expect(headlineMarkdown(report([{ ...wide, model: '@octocat|<b>.onnx', target: 'a`b' }]))).toMatch(
      /^<code>&#64;octocat&#124;&#60;b&#62;&#46;onnx<\/code> no longer fits <code>a&#96;b<\/code>: /,
    );
  });
});
