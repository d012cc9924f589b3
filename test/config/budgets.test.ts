import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetsDiffer, budgetsFor, effectiveBudgets } from '../../src/config/budgets.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { effectiveSettings, settingsFor } from '../../src/config/settings.ts';
import { resolveTargets } from '../../src/config/targets.ts';
import { type Budget, budgetSchema, sinceOf } from '../../src/judge/budget.ts';
import { resolveTarget } from '../../src/targets/load.ts';

const target = resolveTarget('arduino-nano-33-ble', 'nano33');

function config(text: string): Config {
  return parseConfig(`version: 1\n${text}`, 'edge-ready.yml');
}

function line({ metric, limit, level, rule }: Budget): string {
  const value =
    limit.kind === 'max-increase' || limit.kind === 'max-decrease'
      ? [...(limit.since === undefined ? [] : [`since ${limit.since}`]), limit.relative, limit.absolute]
          .filter((part) => part !== undefined)
          .join('&')
      : limit.kind === 'max-drop'
        ? limit.points
        : limit.value;
  return `${metric} ${limit.kind} ${value} ${level} ${rule}`;
}

/** Without the board's limits and the default increases, which are always the same. */
function ruled(budgets: readonly Budget[]): readonly string[] {
  for (const budget of budgets) budgetSchema.parse(budget);
  return budgets.filter(({ rule }) => rule !== 'default').map(line);
}

const always = [
  `peakRam max ${256 * 1024} error default`,
  `flash max ${1024 * 1024} error default`,
  'peakRam max-increase 0.05 warn default',
  'flash max-increase 0.05 warn default',
  'latency max-increase 0.05 warn default',
  'energy max-increase 0.05 warn default',
];

describe('budgetsFor', () => {
  test.each([null, config('')])('without rules it is the board and 5 %%', (given) => {
    const budgets = budgetsFor(given, 'a.onnx', target, { rule: 'base' });
    expect(budgets.map(line)).toEqual(always);
    expect(budgets[0]).toMatchObject({ origin: 'RAM of nano33' });
    expect(budgets[0]).not.toHaveProperty('line');
  });

  const two = config(`targets: { nano33: arduino-nano-33-ble }
budgets:
  - peak-ram: { max: 100 KiB, max-increase: 2% }
    latency: { max: 50 ms, level: warn }
  - models: models/kws*
    targets: nano33
    peak-ram: { max: 64 KiB }
    latency: { level: error }
    flash: { level: off }
`);

  test.each<[string, string, readonly string[]]>([
    [
      'models/gesture.onnx',
      'nano33',
      ['peakRam max 102400 error base', 'peakRam max-increase 0.02 error base', 'latency max 50 warn base'],
    ],
    [
      'models/kws.onnx',
      'nano33',
      ['peakRam max 65536 error base', 'peakRam max-increase 0.02 error base', 'latency max 50 error base'],
    ],
    [
      'models/kws.onnx',
      'other',
      ['peakRam max 102400 error base', 'peakRam max-increase 0.02 error base', 'latency max 50 warn base'],
    ],
  ])('%s on %s: a later entry replaces the same kind of limit and no other', (model, name, expected) => {
    const on = resolveTarget('arduino-nano-33-ble', name);
    expect(ruled(budgetsFor(two, model, on, { rule: 'base' }))).toEqual(expected);
  });

  test("off keeps the default out; the board's own limit stays", () => {
    const lines = budgetsFor(two, 'models/kws.onnx', target, { rule: 'base' }).map(line);
    expect(lines).not.toContain('flash max-increase 0.05 warn default');
    expect(lines).toContain(`flash max ${1024 * 1024} error default`);
    expect(lines).not.toContain('peakRam max-increase 0.05 warn default');
    expect(lines).toContain('latency max-increase 0.05 warn default');
  });

  test.each(['nano33', 'arduino-nano-33-ble', 'arduino-nano-33-ble/tflm'])(
    'a budget names the target as %s',
    (name) => {
      const given = config(
        `targets: { nano33: arduino-nano-33-ble }\nbudgets: [ { targets: [${name}], latency: { max: 1 ms } } ]`,
      );
      expect(ruled(budgetsFor(given, 'a.onnx', target, { rule: 'new' }))).toEqual(['latency max 1 error new']);
    },
  );

  test.each([
    ['use-case: keyword-spotting', ['latency max 20 error base']],
    ['use-case: gesture', ['latency max 100 error base']],
    ['use-case: environmental-sensing', ['latency max 1000 error base']],
    ['use-case: predictive-maintenance', ['latency max 1000 error base']],
    ['class: edge-ready', ['parameters max 1000000 error base', 'modelBytes max 5000000 error base']],
  ])('preset %s', (preset, expected) => {
    const given = config(`models: [ { path: a.onnx, ${preset} } ]`);
    const budgets = budgetsFor(given, 'a.onnx', target, { rule: 'base' });
    expect(ruled(budgets)).toEqual(expected);
    expect(budgets[0]).toMatchObject({
      origin: preset.replace('use-case:', 'use case').replace('class:', 'class'),
      line: 2,
    });
    expect(ruled(budgetsFor(given, 'b.onnx', target, { rule: 'base' }))).toEqual([]);
  });

  test("an explicit budget takes the place of a preset's", () => {
    const given = config('models: [ { path: "*", use-case: gesture } ]\nbudgets: [ { latency: { max: 5 ms } } ]');
    expect(ruled(budgetsFor(given, 'a.onnx', target, { rule: 'base' }))).toEqual(['latency max 5 error base']);
  });

  test("what is left of the board is the board's limit, with its line", () => {
    const given = config('targets: { nano33: { board: arduino-nano-33-ble, ram: 200 KiB } }');
    const [on] = resolveTargets(given, null, []);
    const budgets = budgetsFor(given, 'a.onnx', on ?? target, { rule: 'base' });
    expect(budgets[0]).toEqual({
      metric: 'peakRam',
      limit: { kind: 'max', value: 204800 },
      level: 'error',
      origin: 'RAM of nano33 (edge-ready.yml:2)',
      rule: expect.any(String),
      line: 2,
    });
    expect(budgets[1]).toMatchObject({ origin: 'flash of nano33', rule: 'default' });
  });
});

describe('effectiveBudgets', () => {
  const strict = config('budgets:\n  - peak-ram: { max: 64 KiB }');
  const loose = config('# a line\nbudgets:\n  - peak-ram: { max: 80 KiB }');
  const moved = config('# a line\nbudgets:\n  - peak-ram: { max: 65536 B }');
  const off = config('budgets:\n  - peak-ram: { level: off }');
  const more = config(
    'budgets:\n  - peak-ram: { max: 64 KiB }\n    latency: { max: 9 ms }\n    flash: { max-increase: 50% }',
  );

  const judged = (base: Config | null, head: Config | null) => effectiveBudgets(base, head, 'a.onnx', target);

  test.each<[string, Config | null, Config | null, readonly string[]]>([
    ["loosened: the base's", strict, loose, ['peakRam max 65536 error base']],
    ["tightened: the base's", loose, strict, ['peakRam max 81920 error base']],
    ["removed: the base's", strict, null, ['peakRam max 65536 error base']],
    ["emptied: the base's", strict, config(''), ['peakRam max 65536 error base']],
    ["switched off: the base's", strict, off, ['peakRam max 65536 error base']],
    ["switched on: the head's, new", off, strict, ['peakRam max 65536 error new']],
    [
      'added: new',
      strict,
      more,
      ['peakRam max 65536 error base', 'flash max-increase 0.5 error new', 'latency max 9 error new'],
    ],
    ['a new file: new', null, strict, ['peakRam max 65536 error new']],
    ['none: none', null, null, []],
  ])('%s', (_, base, head, expected) => {
    expect(ruled(judged(base, head))).toEqual(expected);
  });

  test("an unchanged rule that moved points at its new line, a changed one says that it is the base's", () => {
    expect(judged(strict, moved)[0]).toMatchObject({ origin: 'edge-ready.yml:4', line: 4 });
    expect(judged(strict, loose)[0]).toMatchObject({ origin: 'edge-ready.yml:3 in the base', line: 4 });
    expect(judged(strict, null)[0]).toMatchObject({ origin: 'edge-ready.yml:3 in the base' });
    expect(judged(strict, null)[0]).not.toHaveProperty('line');
  });

  test('what the base leaves of the board holds, whatever the head says', () => {
    const small = config('targets: { nano33: { board: arduino-nano-33-ble, ram: 100 KiB } }');
    const large = config('targets: { nano33: { board: arduino-nano-33-ble, ram: 200 KiB, flash: 1 KiB } }');
    const [on] = resolveTargets(small, large, []);
    expect(on?.ramBytes).toBe(102400);
    expect(effectiveBudgets(small, large, 'a.onnx', on ?? target)[0]).toMatchObject({
      limit: { value: 102400 },
      rule: 'base',
    });
    const [fresh] = resolveTargets(null, large, []);
    expect(effectiveBudgets(null, large, 'a.onnx', fresh ?? target)[1]).toMatchObject({
      limit: { value: 1024 },
      rule: 'new',
    });
  });

  test('growth since a release stands beside growth over the base, and a later release instead of an earlier one', () => {
    const since = (text: string) => config(`budgets:\n  - peak-ram: { max-increase: 2% }\n${text}`);
    const one = since('  - peak-ram: { max-increase: [10% since v1, 4 KiB since v1] }\n');
    const later = since('  - peak-ram: { max-increase: 10% since v1 }\n  - peak-ram: { max-increase: 9% since v2 }\n');
    const of = (given: Config) => ruled(budgetsFor(given, 'a.onnx', target, { rule: 'base' }));
    expect(of(one)).toEqual([
      'peakRam max-increase 0.02 error base',
      'peakRam max-increase since v1&0.1&4096 error base',
    ]);
    expect(of(later)).toEqual([
      'peakRam max-increase 0.02 error base',
      'peakRam max-increase since v2&0.09 error base',
    ]);
    expect(of(since('  - peak-ram: { max-increase: 9% since v2 }\n  - peak-ram: { level: off }\n'))).toEqual([]);
    // The default for growth over the base is about something else.
    const alone = budgetsFor(config('budgets:\n  - flash: { max-increase: 10% since v1 }'), 'a.onnx', target, {
      rule: 'base',
    });
    expect(alone.map(line)).toContain('flash max-increase 0.05 warn default');
    expect(budgetsDiffer(one, later, 'a.onnx', target)).toBe(true);
    expect(ruled(judged(one, later))).toEqual(of(one));
    expect(
      ruled(
        budgetsFor(
          config(
            'budgets:\n  - { battery: { max-drop: 5 days since v1 }, accuracy: { max-drop: 1 pp since kws@1.0 } }',
          ),
          'a.onnx',
          target,
          { rule: 'base' },
        ),
      ),
    ).toEqual(['accuracy max-drop 0.01 error base', 'batteryLife max-decrease since v1&5 error base']);
  });

  test('a pull request can only add to what its base says', () => {
    const value = fc.integer({ min: 1, max: 500 });
    const metric = fc.constantFrom(
      'peak-ram: { max: N KiB }',
      'flash: { max-increase: N% }',
      'flash: { max-increase: N% since v1 }',
      'latency: { max: N ms }',
      'flash: { level: off }',
      'peak-ram: { level: warn }',
      'energy: { max: N mJ, level: off }',
    );
    const entry = fc.tuple(metric, value).map(([text, number]) => `  - ${text.replace('N', `${number}`)}\n`);
    const file = fc
      .array(entry, { minLength: 1, maxLength: 5 })
      .map((entries) => config(`budgets:\n${entries.join('')}`));
    fc.assert(
      fc.property(file, file, (base, head) => {
        const before = ruled(budgetsFor(base, 'a.onnx', target, { rule: 'base' }));
        expect(ruled(judged(base, head))).toEqual(expect.arrayContaining([...before]));
        expect(judged(base, base).map(line)).toEqual(budgetsFor(base, 'a.onnx', target, { rule: 'base' }).map(line));
        expect(budgetsDiffer(base, base, 'a.onnx', target)).toBe(false);
        const slots = judged(base, head).map(
          ({ metric: name, limit, origin }) => `${name} ${limit.kind} ${sinceOf(limit)} ${origin.includes(' of ')}`,
        );
        expect(new Set(slots).size).toBe(slots.length);
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, Config | null, Config | null, boolean]>([
    ['loosened', strict, loose, true],
    ['the same in other words', strict, moved, false],
    ['switched off', strict, off, true],
    [
      'for another model',
      strict,
      config('budgets:\n  - peak-ram: { max: 64 KiB }\n  - models: b.onnx\n    latency: { max: 1 ms }'),
      false,
    ],
    ['a new file', null, strict, true],
    ['still none', null, config(''), false],
  ])('budgetsDiffer: %s', (_, base, head, expected) => {
    expect(budgetsDiffer(base, head, 'a.onnx', target)).toBe(expected);
  });
});

describe('settings of a model', () => {
  const base = config(
    'models:\n  - { path: "**", recipe: lossless }\n  - { path: kws*, evaluation: { data: hard.npz } }',
  );
  const head = config(
    'models:\n  - { path: "**", recipe: none, calibration: c.npz }\n  - { path: kws*, evaluation: { data: easy.npz } }',
  );

  test('a later entry wins key by key', () => {
    expect(settingsFor(base, 'kws.onnx')).toEqual({
      recipe: { numbers: 'lossless' },
      evaluation: { data: 'hard.npz', metric: 'top-1' },
    });
    expect(settingsFor(base, 'other.onnx')).toEqual({ recipe: { numbers: 'lossless' } });
    expect(settingsFor(null, 'other.onnx')).toEqual({});
  });

  test("the base's word holds, the head's fills what it leaves open", () => {
    expect(effectiveSettings(base, head, 'kws.onnx')).toEqual({
      recipe: { numbers: 'lossless' },
      calibration: 'c.npz',
      evaluation: { data: 'hard.npz', metric: 'top-1' },
    });
  });
});
