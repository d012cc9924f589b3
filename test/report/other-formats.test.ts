import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../src/report/junit.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import { renderSarif, uriOf } from '../../src/report/sarif.ts';
import { attacks } from '../support/attacks.ts';
import { budget, comparison, measurement, narrowModel, report, wideModel } from '../support/measurements.ts';

const regression = comparison({
  base: { measurement: narrowModel() },
  head: { measurement: wideModel() },
  budgets: [
    budget('peakRam', { kind: 'max', value: 64 * 1024 }),
    budget('flash', { kind: 'max-increase', relative: 0.02 }, { level: 'warn' }),
    budget('latency', { kind: 'max', value: 1000 }),
  ],
});
const unjudged = comparison({ head: null, problems: ['models/kws.onnx is damaged'] });
const whole = report([regression, unjudged], { problems: ['edge-ready.yml has a mistake'] });

const hostile = (text: string): GateReport =>
  report(
    [
      comparison({
        change: { path: `models/${text}.onnx`, state: 'compared' },
        head: {
          measurement: measurement({
            findings: [{ code: 'fallback', severity: 'warning', where: text, message: text }],
          }),
        },
      }),
    ],
    { problems: [text] },
  );

interface Sarif {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } };
      readonly invocations: readonly { readonly executionSuccessful: boolean }[];
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly message: { readonly text: string };
        readonly partialFingerprints: Readonly<Record<string, string>>;
        readonly locations?: readonly {
          readonly physicalLocation: {
            readonly artifactLocation: { readonly uri: string };
            readonly region?: { readonly startLine: number };
          };
        }[];
      }[];
    },
  ];
}
const sarifOf = (of: GateReport) => JSON.parse(renderSarif(of)) as Sarif;

describe('SARIF', () => {
  it('has a result for each objection, with its rule and place', () => {
    const [{ tool, results, invocations }] = sarifOf(whole).runs;
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      'not-judged error',
      'budget-peak-ram error',
      'budget-flash warning',
      'not-judged error',
    ]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(results[1]?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'edge-ready.yml' },
      region: { startLine: 12 },
    });
    expect(results[3]?.locations?.[0]?.physicalLocation.artifactLocation.uri).toBe('models/kws.onnx');
    expect(invocations[0]?.executionSuccessful).toBe(false);
  });

  it('tells the same objection by the same fingerprint, whatever the figures', () => {
    const worse = comparison({
      base: { measurement: narrowModel() },
      head: { measurement: { ...wideModel(), peakRam: { value: 90_000, unit: 'B', basis: 'exact' } } },
      budgets: [budget('peakRam', { kind: 'max', value: 64 * 1024 })],
    });
    const print = (of: GateReport) =>
      sarifOf(of).runs[0].results.find(({ ruleId }) => ruleId === 'budget-peak-ram')?.partialFingerprints;
    expect(print(report([worse]))).toEqual(print(whole));
  });

  it.each(attacks)('takes %j for text', (text) => {
    const [{ results }] = sarifOf(hostile(text)).runs;
    expect(results.length).toBeGreaterThan(1);
    for (const { message, locations } of results) {
      expect(message.text).not.toMatch(/(?<!\\)[[\]]|(?<!\{)\{(?!\{)|[\u202a-\u202e\u2066-\u2069\r\n]/);
      const uri = locations?.[0]?.physicalLocation.artifactLocation.uri ?? '';
      expect(() => new URL(uri, 'https://base.example/')).not.toThrow();
      expect(new URL(uri, 'https://base.example/').host).toBe('base.example');
    }
  });

  it.each([
    ['a b/c.onnx', 'a%20b/c.onnx'],
    ['c:x/ä?#.onnx', 'c%3Ax/%C3%A4%3F%23.onnx'],
    ['a\ud800.onnx', 'a%EF%BF%BD.onnx'],
  ])('%j as a reference', (file, uri) => {
    expect(uriOf(file)).toBe(uri);
  });
});

describe('JUnit', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  interface Suite {
    readonly '@_name': string;
    readonly '@_tests': string;
    readonly '@_failures': string;
    readonly '@_errors': string;
    readonly testcase: readonly Readonly<Record<string, unknown>>[];
  }
  const suitesOf = (of: GateReport) =>
    (parser.parse(renderJunit(of)) as { readonly testsuites: { readonly testsuite: readonly Suite[] } }).testsuites
      .testsuite;

  it('has a case for each budget: failures, errors, and what passed', () => {
    expect(
      suitesOf(whole).map((suite) => [suite['@_name'], suite['@_tests'], suite['@_failures'], suite['@_errors']]),
    ).toEqual([
      ['edge-ready-gate', '1', '0', '1'],
      ['models/kws.onnx on nano33', '4', '1', '0'],
      ['models/kws.onnx on nano33', '1', '0', '1'],
    ]);
    expect(renderJunit(whole)).toContain('<failure message="');
  });

  it('is a document without suites when nothing changed', () => {
    expect(XMLValidator.validate(renderJunit(report([])))).toBe(true);
  });

  it.each(attacks)('takes %j for text', (text) => {
    const xml = renderJunit(hostile(text));
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml.replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\ufffe\uffff\u202a-\u202e]|<!--|<!\[CDATA|<script/iu);
    expect(xml).not.toMatch(/\p{Cs}/u);
    expect(suitesOf(hostile(text))).toHaveLength(2);
  });
});
