import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRunContext } from '../../src/github/context.ts';
import { readGateInputs, readReportInputs } from '../../src/github/inputs.ts';
import { exitCodeOf } from '../../src/judge/exit-code.ts';

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}
const actionFile = (name: string) =>
  parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')) as ActionFile;

describe('action.yml', () => {
  test.each(['action.yml', 'report/action.yml'])('%s: every input and output says what happens', (name) => {
    const { inputs, outputs, runs } = actionFile(name);
    expect(runs.using).toBe('node20');
    for (const [key, { description }] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
      expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(description.trim()).toMatch(/\.$/);
    }
    expect(Object.keys(outputs)).toEqual(['verdict', 'summary', 'report', 'page', 'artifacts', 'comment-url']);
  });

  test.each([
    ['action.yml', readGateInputs],
    ['report/action.yml', readReportInputs],
  ])('%s: exactly its inputs are read', (name, read) => {
    const asked = new Set<string>();
    const environment = new Proxy<Record<string, string>>(
      {},
      {
        get: (_target, key) => {
          asked.add(String(key));
          return '';
        },
      },
    );
    read(environment);
    const declared = Object.keys(actionFile(name).inputs).map((input) => `INPUT_${input.toUpperCase()}`);
    expect([...asked].filter((key) => key.startsWith('INPUT_')).sort()).toEqual(declared.sort());
  });
});

describe('readGateInputs', () => {
  test('nothing given is every default', () => {
    expect(readGateInputs({})).toEqual({
      targets: [],
      configPath: null,
      models: [],
      base: null,
      recipe: null,
      comment: 'auto',
      failOn: 'fail',
      upload: true,
      cache: true,
      token: '',
      history: null,
      key: null,
      leg: { job: '', jobId: null, step: '', index: null, total: null, matrix: '{}' },
    });
  });

  test('targets in one line, several lines or with commas', () => {
    expect(readGateInputs({ INPUT_TARGET: ' nano33, imx93\n raspberry-pi-4/litert ' }).targets).toEqual([
      'nano33',
      'imx93',
      'raspberry-pi-4/litert',
    ]);
  });

  test('globs of models, a line each', () => {
    expect(readGateInputs({ INPUT_MODELS: 'models/{kws,vad}.onnx\n\n my models/** ' }).models).toEqual([
      'models/{kws,vad}.onnx',
      'my models/**',
    ]);
  });

  test('the leg as the runner describes it', () => {
    const leg = {
      'INPUT_JOB-INDEX': '1',
      'INPUT_JOB-TOTAL': '2',
      'INPUT_JOB-MATRIX': '{\n  "target": "nano33"\n}',
      GITHUB_JOB: 'measure',
      GITHUB_ACTION: '__gate',
      'INPUT_JOB-ID': '77',
    };
    expect(readGateInputs(leg).leg).toEqual({
      job: 'measure',
      jobId: 77,
      step: '__gate',
      index: 1,
      total: 2,
      matrix: '{"target":"nano33"}',
    });
  });

  test.each([
    ['', null],
    ['false', null],
    ['true', 'edge-ready-history'],
    ['data/models', 'data/models'],
  ])('history: %j is the branch %j', (given, expected) => {
    expect(readGateInputs({ INPUT_HISTORY: given }).history).toBe(expected);
  });

  test.each([
    [{ INPUT_COMMENT: 'yes' }, /^Input `comment` must be one of `auto`, `always`, `never`, not `yes`\.$/],
    [{ INPUT_RECIPE: 'int4' }, /^Input `recipe` "int4" is not a recipe; did you mean "int8"\?$/],
    [{ 'INPUT_FAIL-ON': 'error' }, /^Input `fail-on` must be one of `fail`, `warn`, `never`, not `error`\.$/],
    [{ INPUT_UPLOAD: '1' }, /^Input `upload` must be one of `true`, `false`, not `1`\.$/],
    [{ INPUT_HISTORY: 'a..b' }, /^Input `history` must be `true`, `false` or the name of a branch/],
    [{ INPUT_KEY: 'a --> b' }, /^Input `key` must be at most 60 letters/],
    [{ 'INPUT_JOB-TOTAL': 'many' }, /^Input `job-total` must be a whole number\.$/],
  ])('%j is refused in one sentence', (environment, expected) => {
    expect(() => readGateInputs(environment)).toThrow(expected);
  });
});

describe('readRunContext', () => {
  test.each([
    [
      {
        GITHUB_WORKFLOW_REF: 'acme/models/.github/workflows/edge-ready.yml@refs/pull/7/merge',
        GITHUB_WORKFLOW: 'Models',
      },
      'edge-ready',
    ],
    [{ GITHUB_WORKFLOW: 'Size & speed' }, 'Size-speed'],
    [{ GITHUB_WORKFLOW: '日本語' }, 'gate'],
    [{}, 'gate'],
  ])('%j: the key is %s', (environment, key) => {
    expect(readRunContext(environment).workflowKey).toBe(key);
  });

  test('outside GitHub there is no repository, and that is fine', () => {
    expect(readRunContext({})).toMatchObject({ repository: null, runUrl: null, eventName: '', payload: undefined });
  });

  test('a payload that cannot be read is one sentence', () => {
    expect(() => readRunContext({ GITHUB_EVENT_PATH: '/nowhere/event.json' })).toThrow(
      /^The event payload \/nowhere\/event\.json/,
    );
  });
});

test.each([
  ['pass', 'warn', 0],
  ['warn', 'fail', 0],
  ['warn', 'warn', 1],
  ['fail', 'fail', 1],
  ['fail', 'never', 0],
  ['error', 'never', 2],
  ['error', 'fail', 2],
] as const)('%s with fail-on %s exits with %i', (verdict, failOn, code) => {
  expect(exitCodeOf(verdict, failOn)).toBe(code);
});
