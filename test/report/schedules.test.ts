import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { annotationsOf } from '../../src/report/annotations.ts';
import { renderComment } from '../../src/report/comment.ts';
import { commentBody, countsBody } from '../../src/report/comment-body.ts';
import { headline } from '../../src/report/headline.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { mergeReports } from '../../src/report/merge.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { renderText } from '../../src/report/text.ts';
import { attacks } from '../support/attacks.ts';
import {
  budget,
  comparison,
  KiB,
  keptSchedule,
  modelled,
  report,
  schedule,
  wideModel,
} from '../support/measurements.ts';

const late = report([comparison()], { schedules: [schedule()] });
const failing = comparison({
  head: { measurement: wideModel() },
  budgets: [budget('peakRam', { kind: 'max', value: 64 * KiB })],
});
const comment = (of: typeof late) => renderComment(of, { marker: '' });

describe('the comment', () => {
  test('a late task: in the headline, in a table with base and head, and in words', () => {
    const text = comment(late);
    expect(text.split('\n').find((line) => line.includes('❌'))).toBe(
      '❌ On **nano33** models/gesture.onnx now misses its deadline of 20 ms',
    );
    expect(text).toContain(
      [
        '#### ❌ Schedule of **nano33**',
        '',
        '2 tasks, 25 % of the core (15 % in the base); the shortest deadline first, no inference is interrupted (`edge-ready.yml:29`). All models: RAM 12 KiB with an arena for each, flash 110 KiB with the runtime once.',
        '',
        '| Task | Every | Deadline | Takes | Done at worst after |',
        '| :- | -: | -: | -: | -: |',
        '| ❌\u00a0`models/gesture.onnx` | 100 ms | 20 ms | ≈ 5 ms | ≈ 25 ms<br>≈\u00a015\u00a0ms before |',
        '| ✅\u00a0`models/kws.onnx` | 100 ms | 100 ms | ≈ 20 ms<br>≈\u00a010\u00a0ms before | ≈ 25 ms<br>≈\u00a015\u00a0ms before |',
        '',
        '- ❌ models/gesture.onnx now misses its deadline of 20 ms (close)',
      ].join('\n'),
    );
  });

  test('what all tasks draw, and how long the battery lasts, before and after', () => {
    const power = (milliwatts: number, days: number) => ({
      averagePower: modelled(milliwatts, 'mW', 0.2),
      duty: modelled(0.2, 'ratio', 0.1),
      batteryLife: modelled(days, 'days', 0.2),
    });
    const { base, head } = schedule();
    if (base === null) throw new Error('the example has a base');
    const fed = report([], {
      schedules: [
        schedule({ battery: 'CR2032', base: { ...base, ...power(0.1, 212) }, head: { ...head, ...power(0.2, 140) } }),
      ],
    });
    const words = 'average power ≈ 200 µW (100 µW in the base), CR2032 lasts ≈ 140 days (212 days in the base)';
    expect(comment(fed)).toContain(words);
    expect(renderText(fed).replace(/\s+/g, ' ')).toContain(words);
    const unknown = { ...head, unavailable: { batteryLife: 'the energy of a is not known' } };
    expect(comment(report([], { schedules: [schedule({ battery: 'CR2032', head: unknown })] }))).toContain(
      'how long CR2032 lasts is not known: the energy of a is not known',
    );
  });

  test('a schedule that is kept opens on demand', () => {
    const text = comment(report([], { schedules: [keptSchedule()] }));
    expect(text).toContain('✅ All deadlines of the schedule are met');
    expect(text).toContain('<details><summary>✅ Schedule of <b>nano33</b>: all deadlines are met</summary>');
  });

  test('a model that fails comes first, and the schedule is counted', () => {
    expect(headline(report([failing], { schedules: [schedule()] }))).toMatch(/models\/kws\.onnx .*; 1 schedule fails$/);
    expect(headline(report([failing], { schedules: [schedule({ problems: ['No.'], verdict: 'error' })] }))).toBe(
      'The schedule of nano33 could not be judged: No; 1 more fails',
    );
  });

  test('one that is new says so; one without tasks that could be timed has dashes', () => {
    const [first] = schedule().tasks;
    if (first === undefined) throw new Error('the example has tasks');
    const text = comment(
      report([], { schedules: [schedule({ rule: 'new', tasks: [{ ...first, base: null, head: null }] })] }),
    );
    expect(text).toContain('(`edge-ready.yml:29`, new in this pull request)');
    expect(text).toContain('| – | – |');
  });

  test('many and long ones are cut by rows, not in the middle', () => {
    const [first] = schedule().tasks;
    if (first === undefined) throw new Error('the example has tasks');
    const tasks = Array.from({ length: 100 }, (_, index) => ({ ...first, name: `models/${index}/${'x'.repeat(100)}` }));
    const many = report([], { schedules: Array.from({ length: 20 }, () => schedule({ tasks })) });
    const text = comment(many);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text).toMatch(/… and \d+ more schedules/);
    expect(text).toMatch(/… and \d+ more tasks/);
    expect(countsBody(many, {})).toContain('20 results: ❌ 20 fail');
    const small = commentBody(
      report([], { schedules: [keptSchedule()] }),
      {},
      { rows: 1, unchanged: false, folds: false },
    );
    expect(small).not.toContain('Schedule of');
  });

  test('the same for a terminal', () => {
    const text = renderText(late);
    expect(text).toContain('FAIL  On nano33 models/gesture.onnx now misses its deadline of 20 ms');
    expect(text).toMatch(/fail {2}models\/gesture\.onnx +100 ms +20 ms +≈ 5 ms +≈ 25 ms +≈ 15 ms\n/);
    expect(text).toContain('fail: models/gesture.onnx now misses its deadline of 20 ms (close)');
  });
});

describe('what other systems show', () => {
  test('annotations on the schedule in the configuration', () => {
    expect(annotationsOf(late)).toEqual([
      {
        level: 'error',
        title: 'schedule of nano33',
        message: 'models/gesture.onnx now misses its deadline of 20 ms (close)',
        file: 'edge-ready.yml',
        line: 29,
      },
    ]);
  });

  test('JUnit: a suite with a case for each judgement', () => {
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(renderJunit(late));
    const suite = testsuites.testsuite.find((each: { '@_name': string }) => each['@_name'] === 'schedule of nano33');
    expect(suite['@_failures']).toBe('1');
    expect(suite.testcase.map((each: { '@_name': string }) => each['@_name'])).toEqual([
      'can be judged',
      'deadline of models/kws.onnx',
      'deadline of models/gesture.onnx',
      'peak-ram',
    ]);
  });

  test('SARIF: a result on the line of the schedule', () => {
    const [result] = JSON.parse(renderSarif(late)).runs[0].results;
    expect(result).toMatchObject({
      ruleId: 'schedule-deadline',
      level: 'error',
      message: { text: 'schedule of nano33: models/gesture.onnx now misses its deadline of 20 ms (close)' },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'edge-ready.yml' }, region: { startLine: 29 } } }],
    });
  });
});

describe('legs that are merged', () => {
  const one = report([comparison()], { schedules: [schedule()] });
  const other = report([], {
    targets: ['pi'],
    schedules: [keptSchedule({ target: 'pi' }), schedule({ target: 'pi' })],
  });

  test('keep the schedules of all targets, also several of one, whatever the order of the legs', () => {
    const merged = mergeReports([one, other]);
    expect(merged.schedules.map(({ target, verdict }) => `${target} ${verdict}`)).toEqual([
      'nano33 fail',
      'pi pass',
      'pi fail',
    ]);
    expect(merged.verdict).toBe('fail');
    expect(mergeReports([other, one]).schedules).toEqual(merged.schedules);
    expect(mergeReports([one, structuredClone(one)])).toEqual(one);
    expect(gateReportSchema.parse(merged)).toEqual(merged);
  });

  test('do not choose between two results silently, and trust no better verdict', () => {
    const merged = mergeReports([one, report([], { schedules: [keptSchedule()] })]);
    expect(merged.problems).toEqual([
      'Two legs report different results for the schedule of nano33; give each leg its own targets.',
    ]);
    expect(mergeReports([{ ...one, verdict: 'pass' }]).verdict).toBe('fail');
  });
});

test.each(attacks)('what a repository calls things is shown and nothing else: %j', (attack) => {
  const [first] = schedule().tasks;
  if (first === undefined) throw new Error('the example has tasks');
  const hostile = report([], {
    schedules: [
      schedule({
        target: attack,
        origin: attack,
        tasks: [{ ...first, name: attack }],
        judgements: [{ about: 'deadline', task: attack, verdict: 'fail', message: attack, caution: attack }],
        problems: [attack],
        verdict: 'error',
      }),
    ],
  });
  const harmless = (text: string) => text.replaceAll('&#', '').replace(/<(\/?)(code|br|sub|details|summary|b)>/g, '');
  const text = harmless(comment(hostile));
  expect(text).not.toMatch(/<[a-z!/]/i);
  expect(text).not.toMatch(/(^|[^&])@[a-z]/i);
  expect(text).not.toMatch(/https?:\/\/(?!github)/i);
  expect(text.split('\n').filter((line) => line.startsWith('#### '))).toHaveLength(1);
});
