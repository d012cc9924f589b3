import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { UserError } from '../../src/errors.ts';
import { example } from './example.ts';

function mistakesOf(text: string): readonly string[] {
  try {
    parseConfig(text, 'e.yml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('parseConfig', () => {
  test("reads the whole grammar, in the gate's units and with lines", () => {
    const config = parseConfig(example, 'edge-ready.yml');
    expect(config.targets).toEqual([
      {
        name: 'nano33',
        board: 'arduino-nano-33-ble',
        line: 3,
        ram: { value: 204800, text: '200 KiB', line: 3 },
        flash: { value: 716800, text: '700 KiB', line: 3 },
      },
      { name: 'pi', board: 'raspberry-pi-4', line: 4 },
    ]);
    expect(config.models).toEqual([
      {
        paths: ['models/kws*.onnx'],
        line: 6,
        presets: [
          { kind: 'class', name: 'edge-ready', line: 8 },
          { kind: 'use-case', name: 'keyword-spotting', line: 7 },
        ],
        settings: {
          recipe: { numbers: 'int8' },
          calibration: 'data/kws-calibration.npz',
          evaluation: { data: 'data/kws-test.npz', metric: 'top-1' },
          dutyCycle: { everyMs: 1000, battery: 'CR2032', sleepMilliwatts: 0.03 },
          dimensions: { batch: 1 },
        },
      },
    ]);
    const [budget] = config.budgets;
    expect(budget).toMatchObject({ models: ['models/kws*'], targets: ['nano33'], line: 15 });
    const said = budget?.metrics.map(({ metric, limits, level, line }) => [
      metric,
      line,
      level,
      limits.map(({ limit }) => limit),
    ]);
    expect(said).toEqual([
      [
        'peakRam',
        17,
        undefined,
        [
          { kind: 'max', value: 65536 },
          { kind: 'max-increase', relative: 0.02 },
        ],
      ],
      [
        'flash',
        18,
        'warn',
        [
          { kind: 'max', value: 307200 },
          { kind: 'max-increase', absolute: 4096 },
        ],
      ],
      ['latency', 19, undefined, [{ kind: 'max', value: 20 }]],
      ['energy', 20, undefined, [{ kind: 'max', value: 2 }]],
      [
        'accuracy',
        21,
        undefined,
        [
          { kind: 'min', value: 0.9 },
          { kind: 'max-drop', points: 0.005 },
        ],
      ],
      [
        'accelerated',
        22,
        undefined,
        [
          { kind: 'min', value: 0.95 },
          { kind: 'max-drop', points: 0.05 },
        ],
      ],
      [
        'averagePower',
        23,
        undefined,
        [
          { kind: 'max', value: 1 },
          { kind: 'max-increase', relative: 0.1 },
        ],
      ],
      [
        'duty',
        24,
        undefined,
        [
          { kind: 'max', value: 0.2 },
          { kind: 'max-increase', relative: 0.05, absolute: 0.02 },
        ],
      ],
      [
        'batteryLife',
        25,
        undefined,
        [
          { kind: 'min', value: 365 },
          { kind: 'max-decrease', relative: 0.1 },
        ],
      ],
      ['parameters', 26, undefined, [{ kind: 'max', value: 250_000 }]],
      ['modelBytes', 27, undefined, [{ kind: 'max-increase', relative: 0.05, absolute: 1024 }]],
    ]);
    expect(config.schedules).toEqual([
      {
        target: 'nano33',
        policy: 'non-preemptive',
        arenas: 'shared',
        level: 'error',
        line: 29,
        limits: [],
        tasks: [
          { kind: 'model', model: 'models/kws.onnx', everyMs: 100, deadlineMs: 20, jitterMs: 0 },
          { kind: 'model', model: 'models/gesture.onnx', everyMs: 500, deadlineMs: 500, jitterMs: 5 },
          { kind: 'other', name: 'radio', takesMs: 2, everyMs: 50, deadlineMs: 50, jitterMs: 0 },
        ],
      },
    ]);
  });

  test.each<[string, string, readonly string[]]>([
    ['an empty file', '', ['e.yml:1:1: the file is empty; it begins with "version: 1"']],
    ['only a comment', '# nothing\n', ['e.yml:1:1: the file is empty; it begins with "version: 1"']],
    ['a list', '- 1', ['e.yml:1:1: must be a map, not a list']],
    ['no version', 'targets: {}', ['e.yml:1:1: "version" is missing']],
    ['another version', 'version: 2', ['e.yml:1:10: version: must be 1, not 2']],
    [
      'an unknown key with a neighbour',
      'version: 1\ntarget: {}',
      ['e.yml:2:1: unknown key "target"; did you mean "targets"?'],
    ],
    [
      'an unknown key without one',
      'version: 1\nqqqqqqqqqqqq: 1',
      ['e.yml:2:1: unknown key "qqqqqqqqqqqq"; known are version, targets, models, budgets, schedule'],
    ],
    [
      'an unknown key deep inside',
      'version: 1\nbudgets:\n  - peak-ram: { max: 1 KiB, max-increse: 2% }',
      ['e.yml:3:29: unknown key "max-increse"; did you mean "max-increase"?'],
    ],
    [
      'an unknown key of a target, which may also be a text',
      'version: 1\ntargets:\n  a: { board: raspberry-pi-4, rom: 1 KiB }',
      ['e.yml:3:31: unknown key "rom"; did you mean "ram"?'],
    ],
    [
      'a misspelt metric, which is not also called too little',
      'version: 1\nbudgets:\n  - peek-ram: { max: 1 KiB }',
      ['e.yml:3:5: unknown key "peek-ram"; did you mean "peak-ram"?'],
    ],
    ['a key twice', 'version: 1\nbudgets: []\nbudgets: []', ['e.yml:3:1: Map keys must be unique']],
    [
      'broken YAML',
      'version: 1\nbudgets: [',
      ['e.yml:2:11: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['a tab', 'version: 1\nbudgets:\n\t- a', ['e.yml:3:1: Tabs are not allowed as indentation']],
    [
      'a missing key',
      'version: 1\ntargets: { a: { ram: 1 KiB } }',
      ['e.yml:2:15: targets.a: must say either board or file'],
    ],
    [
      'an empty value',
      'version: 1\nbudgets:\n  - latency:\n',
      ['e.yml:3:13: budgets.latency: must be a map, not empty'],
    ],
    [
      'a size without unit',
      'version: 1\nbudgets: [ { flash: { max: 300 } } ]',
      ['e.yml:2:28: flash.max: 300 is not a size with its unit (B, kB, KiB, MB, MiB), such as "64 KiB"'],
    ],
    [
      'a size in KB, which is neither kB nor KiB',
      'version: 1\nbudgets: [ { flash: { max: 300 KB } } ]',
      ['e.yml:2:28: flash.max: "300 KB" is not a size with its unit (B, kB, KiB, MB, MiB), such as "64 KiB"'],
    ],
    [
      'a drop in per cent',
      'version: 1\nbudgets: [ { accuracy: { max-drop: 0.5 % } } ]',
      ['e.yml:2:36: accuracy.max-drop: "0.5 %" is not percentage points, such as "0.5 pp"'],
    ],
    [
      'an increase of the wrong kind',
      'version: 1\nbudgets: [ { latency: { max-increase: 4 KiB } } ]',
      [
        'e.yml:2:39: latency.max-increase: "4 KiB" is not a percentage of the base, such as "2%", or a time with its unit (us, ms, s), such as "20 ms"',
      ],
    ],
    [
      'two increases of one kind',
      'version: 1\nbudgets: [ { latency: { max-increase: [ 2%, 3% ] } } ]',
      ['e.yml:2:39: latency.max-increase: a list holds one percentage and one amount, of which both must be exceeded'],
    ],
    [
      'parts of a list that are since different commits',
      'version: 1\nbudgets: [ { latency: { max-increase: [ 2% since v1, 3 ms ] } } ]',
      ['e.yml:2:39: latency.max-increase: what is said together has to be since the same, or both over the base'],
    ],
    ...['HEAD~3', '-rf', 'a..b', 'v1^{commit}', 'x.lock', 'a//b', '@{u}'].map((since): [string, string, string[]] => [
      `${since}, which is neither a tag nor a commit`,
      `version: 1\nbudgets: [ { latency: { max-increase: "2% since ${since}" } } ]`,
      [`e.yml:2:39: latency.max-increase: "${since}" is neither a tag nor the id of a commit, such as "v1.2.0"`],
    ]),
    [
      'a drop since something that is no tag',
      'version: 1\nbudgets: [ { accuracy: { max-drop: "1 pp since HEAD^" } } ]',
      ['e.yml:2:36: accuracy.max-drop: "HEAD^" is neither a tag nor the id of a commit, such as "v1.2.0"'],
    ],
    [
      'a word that is none of the known',
      'version: 1\nbudgets: [ { latency: { max: 1 s, level: wran } } ]',
      ['e.yml:2:42: latency.level: must be one of off, warn, error, not "wran"; did you mean "warn"?'],
    ],
    [
      'a budget that limits nothing',
      'version: 1\nbudgets:\n  - models: a',
      [
        'e.yml:3:5: budgets: limits nothing: add peak-ram, flash, data-memory, weight-memory, latency, energy, accuracy, accelerated, average-power, duty, battery, parameters or model-size',
      ],
    ],
    [
      'a battery that there is not',
      'version: 1\nmodels:\n  - path: a\n    duty-cycle: { every: 1 s, battery: CR2023 }',
      [
        'e.yml:4:40: There is no battery "CR2023"; did you mean "CR2032"? Known are 18650, CR2032, CR2477, AA, AAA, several in series such as 2xAA, and packs such as lipo-500mAh.',
      ],
    ],
    [
      'a battery that lasts no time',
      'version: 1\nbudgets:\n  - battery: { min: 365 }',
      ['e.yml:3:21: battery.min: 365 is not a time with its unit (h, days, weeks, years), such as "365 days"'],
    ],
    [
      'a metric that says nothing',
      'version: 1\nbudgets: [ { latency: {} } ]',
      ['e.yml:2:23: budgets.latency: must say max, max-increase or level'],
    ],
    [
      'a voltage of a board whose power is not given for one',
      'version: 1\ntargets:\n  pi: { board: raspberry-pi-4, voltage: 5 V }\n  sensor: { board: nucleo-l4r5zi, voltage: 3 }',
      [
        "e.yml:3:41: the power of Raspberry Pi 4 Model B is not given for a voltage, so that it can't be had for another: leave voltage out and say what the device takes at yours, as in power: { active: 20 mW, sleep: 15 uW }",
        'e.yml:4:44: sensor.voltage: 3 is not a voltage with its unit (mV, V), such as "1.8 V"',
      ],
    ],
    [
      'power that is none, that says nothing, and a sleep that takes more than waiting',
      'version: 1\ntargets:\n  a: { board: nucleo-l4r5zi, power: { active: 20, idle: 5 mW } }\n  b: { board: nucleo-l4r5zi, power: {} }\n  c: { board: nucleo-l4r5zi, power: { idle: 1 mW, sleep: 2 mW } }\n  d: { board: nucleo-l4r5zi, power: { asleep: 2 mW } }',
      [
        'e.yml:3:47: power.active: 20 is not a power with its unit (uW, mW, W), such as "3 mW"',
        'e.yml:4:37: b.power: says nothing: add active, idle or sleep',
        'e.yml:5:37: c.power: a device takes no more idle than active, and no more asleep than idle',
        'e.yml:6:39: unknown key "asleep"; did you mean "sleep"?',
      ],
    ],
    [
      'a policy that there is not',
      'version: 1\nschedule:\n  - { target: raspberry-pi-4, policy: edg, tasks: [ { model: a, every: 1 s } ] }',
      [
        'e.yml:3:39: schedule.policy: must be one of non-preemptive, rate-monotonic, deadline-monotonic, edf, non-preemptive-edf, not "edg"; did you mean "edf"?',
      ],
    ],
    [
      'a schedule with a battery that does not exist',
      'version: 1\nschedule:\n  - { target: raspberry-pi-4, battery: CR2023, tasks: [ { model: a, every: 1 s } ] }',
      [
        'e.yml:3:40: There is no battery "CR2023"; did you mean "CR2032"? Known are 18650, CR2032, CR2477, AA, AAA, several in series such as 2xAA, and packs such as lipo-500mAh.',
      ],
    ],
    [
      'limits of a schedule since a release, and none',
      'version: 1\nschedule:\n  - target: raspberry-pi-4\n    budget: { battery: { max-drop: 10% since v1 } }\n    tasks: [ { model: a, every: 1 s } ]\n  - target: raspberry-pi-4\n    budget: {}\n    tasks: [ { model: a, every: 1 s } ]',
      [
        'e.yml:4:13: schedule.budget: a schedule is compared with the base only, without "since"',
        'e.yml:7:13: schedule.budget: limits nothing: add average-power, duty or battery',
      ],
    ],
    [
      'a schedule for no target of the file',
      'version: 1\ntargets: { a: raspberry-pi-4 }\nschedule:\n  - target: nucleo-l4r5zi\n    tasks: [ { model: a, every: 1 s } ]',
      ['e.yml:4:13: no target of this file is "nucleo-l4r5zi", so that nothing would judge this schedule'],
    ],
    [
      'an arena that tasks would overwrite for each other',
      'version: 1\nschedule:\n  - target: raspberry-pi-4\n    policy: edf\n    arenas: shared\n    tasks: [ { model: a, every: 1 s } ]',
      ["e.yml:5:13: models that interrupt each other can't share an arena: with policy edf arenas are separate"],
    ],
    [
      'a task twice, one without a period, one that is model and other work, one that takes nothing',
      'version: 1\nschedule:\n  - target: raspberry-pi-4\n    tasks:\n      - { model: a, every: 1 s }\n      - { model: a, every: 2 s }\n      - { model: b }\n      - { model: c, name: d, takes: 1 ms, every: 1 s }\n      - { name: e, every: 1 s }',
      [
        'e.yml:6:9: "a" is already a task of this schedule',
        'e.yml:7:9: "every" is missing',
        'e.yml:8:9: schedule.tasks: must say either model, or name with takes',
        'e.yml:9:9: schedule.tasks: takes goes with name; how long a model takes is measured',
      ],
    ],
    [
      'an address that is not https',
      'version: 1\ntargets:\n  rig: { board: nucleo-l4r5zi, measure-with: "http://lab.example/x" }',
      ['e.yml:3:46: rig.measure-with: must be an executable file of the repository, or an https address'],
    ],
    [
      'a path out of the repository',
      'version: 1\nmodels: [ { path: a, calibration: ../x.npz } ]',
      ['e.yml:2:35: models.calibration: must be a path inside the repository, from its top'],
    ],
    [
      'a dimension of zero',
      'version: 1\nmodels: [ { path: a, dimensions: { N: 0 } } ]',
      ['e.yml:2:39: dimensions.N: must be more than 0'],
    ],
    [
      'a strange name',
      'version: 1\ntargets: { "a b": raspberry-pi-4 }',
      ['e.yml:2:12: a target\'s name has letters, digits, ".", "_" and "-" only'],
    ],
    [
      'an unknown board',
      'version: 1\ntargets: { a: raspberry-pi-44 }',
      ['e.yml:2:15: There is no board "raspberry-pi-44". Did you mean "raspberry-pi-4"?'],
    ],
    [
      'a budget for a target that does not exist',
      'version: 1\ntargets: { nano33: arduino-nano-33-ble }\nbudgets: [ { targets: nano3, latency: { max: 1 s } } ]',
      ['e.yml:3:23: "nano3" is neither one of this file\'s targets nor a board; did you mean "nano33"?'],
    ],
    [
      'a model for a target that does not exist',
      'version: 1\ntargets: { nano33: arduino-nano-33-ble }\nmodels: [ { path: a, targets: [nano33, nan] } ]',
      ['e.yml:3:40: "nan" is neither one of this file\'s targets nor a board; did you mean "nano33"?'],
    ],
    [
      'a merge key, which YAML 1.2 does not have',
      'version: 1\nmodels: [ &m { path: a }, { <<: *m, path: b } ]',
      [
        'e.yml:2:29: unknown key "<<"; known are path, targets, use-case, class, reference, recipe, calibration, evaluation, duty-cycle, dimensions',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakesOf(text)).toEqual(expected);
  });

  test("tells every mistake at once, in the file's order", () => {
    const text = `version: 2
targets:
  nano: { board: arduino-nano-33-bl, ram: 200 }
budgets:
  - targets: [nan]
    peek-ram: { max: 64 KiB }
    flash: { max: 300 KiB, level: wran }
`;
    expect(mistakesOf(text)).toEqual([
      'e.yml:1:10: version: must be 1, not 2',
      'e.yml:3:18: There is no board "arduino-nano-33-bl". Did you mean "arduino-nano-33-ble"?',
      'e.yml:3:43: nano.ram: 200 is not a size with its unit (B, kB, KiB, MB, MiB), such as "64 KiB"',
      'e.yml:5:15: "nan" is neither one of this file\'s targets nor a board; did you mean "nano"?',
      'e.yml:6:5: unknown key "peek-ram"; did you mean "peak-ram"?',
      'e.yml:7:35: flash.level: must be one of off, warn, error, not "wran"; did you mean "warn"?',
    ]);
  });

  test('anchors keep the place of what they repeat', () => {
    const text =
      'version: 1\nbudgets:\n  - models: a\n    latency: &l { max: 20 }\n  - models: b\n    energy: { max: 1 mJ }\n    latency: *l\n';
    expect(mistakesOf(text)).toHaveLength(2);
    const good = parseConfig(text.replace('20', '20 ms'), 'e.yml');
    expect(good.budgets.map(({ metrics }) => metrics.map(({ metric, line }) => `${metric} ${line}`))).toEqual([
      ['latency 4'],
      ['latency 7', 'energy 6'],
    ]);
  });

  test('a byte order mark and Windows line ends change nothing', () => {
    const config = parseConfig(`\uFEFF${example.replaceAll('\n', '\r\n')}`, 'edge-ready.yml');
    expect(config).toEqual(parseConfig(example, 'edge-ready.yml'));
  });

  test.each([
    [
      'a bomb of aliases',
      `a0: &a0 [x,x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i},*a${i},*a${i},*a${i}]`).join('\n')}`,
    ],
    ['an alias to itself', 'version: 1\nmodels: &a [ *a ]'],
    ['an alias to nothing', 'version: 1\nmodels: *nowhere'],
    ['deep nesting', `version: 1\nmodels: ${'['.repeat(20000)}`],
    ['a tag', 'version: 1\nmodels: !!js/function "x"'],
    ['two documents', 'version: 1\n---\nversion: 1'],
    ['too long a file', `version: 1\n#${'x'.repeat(600_000)}`],
    ['a prototype', 'version: 1\n__proto__: { targets: 1 }\nconstructor: 1'],
  ])('%s is refused with a place or a sentence', (_, text) => {
    const act = () => parseConfig(text, 'e.yml');
    expect(act).toThrow(UserError);
    expect(act).toThrow(/^e\.yml[: ]/);
  });

  test('whatever the text, it is a configuration or a UserError', () => {
    const word = fc.constantFrom(
      'version',
      'targets',
      'models',
      'budgets',
      'path',
      'max',
      'peak-ram',
      '1',
      '64 KiB',
      'a',
      '*a',
      '&a',
      'null',
      '~',
      '!!x',
    );
    const glue = fc.constantFrom(': ', '\n', '\n  ', '\n  - ', '{ ', ' }', '[ ', ' ]', ', ', '? ', '| ', '"', '---\n');
    const text = fc.array(fc.tuple(word, glue), { maxLength: 30 }).map((pairs) => pairs.flat().join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (content) => {
        for (const candidate of [content, `version: 1\n${content}`]) {
          try {
            parseConfig(candidate, 'e.yml');
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
