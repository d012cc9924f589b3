import { describe, expect, test } from 'vitest';
import { describeConfigChange } from '../../src/config/difference.ts';
import { configNotes } from '../../src/config/notes.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { readConfigs } from '../../src/config/read-configs.ts';
import { example } from './example.ts';

const parse = (text: string) => parseConfig(`version: 1\n${text}`, 'edge-ready.yml');
const bytes = (text: string) => Buffer.from(text);
const budget = (text: string) => `budgets:\n  - models: models/kws*\n    ${text}\n`;

describe('describeConfigChange', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['nothing', example.slice(11), example.slice(11), []],
    [
      'the same in other words',
      budget('peak-ram: { max: 64 KiB }'),
      `# moved\n${budget('peak-ram: { max: 65536 B, level: error }')}`,
      [],
    ],
    [
      'a loosened limit',
      budget('peak-ram: { max: 64 KiB }'),
      budget('peak-ram: { max: 80 KiB }'),
      [
        "This pull request changes its own budgets: peak RAM of models/kws* 64 KiB → 80 KiB; it is judged by the base's 64 KiB.",
      ],
    ],
    [
      'a lower level',
      budget('latency: { max: 20 ms }'),
      budget('latency: { max: 20 ms, level: warn }'),
      [
        "This pull request changes its own budgets: latency of models/kws* 20 ms → 20 ms (warn); it is judged by the base's 20 ms.",
      ],
    ],
    [
      'a removed limit',
      budget('peak-ram: { max: 64 KiB, max-increase: 2% }'),
      budget('peak-ram: { max: 64 KiB }'),
      [
        'This pull request removes its own budgets: max-increase of peak RAM of models/kws* 2%; it is judged by it all the same.',
      ],
    ],
    [
      'an added limit',
      '',
      'budgets: [ { targets: [ esp32-s3 ], accuracy: { max-drop: 1 pp } } ]',
      [
        'This pull request adds its own budgets: max-drop of accuracy of all models on esp32-s3 1 pp; it is judged by it where the base says nothing.',
      ],
    ],
    [
      'less left of a board',
      'targets: { a: { board: esp32-s3, ram: 100 KiB } }',
      'targets: { a: { board: esp32-s3, ram: 200 KiB } }',
      [
        "This pull request changes its own budgets: RAM of target a 100 KiB → 200 KiB; it is judged by the base's 100 KiB.",
      ],
    ],
    [
      'another data set',
      'models: [ { path: a, evaluation: { data: hard.npz } } ]',
      'models: [ { path: a, evaluation: { data: easy.npz } } ]',
      [
        "This pull request changes its own configuration: evaluation of a hard.npz (top-1) → easy.npz (top-1); it is judged by the base's hard.npz (top-1).",
      ],
    ],
    [
      'another use case',
      'models: [ { path: a, use-case: keyword-spotting } ]',
      'models: [ { path: a, use-case: gesture } ]',
      [
        "This pull request changes its own budgets: use-case of a keyword-spotting → gesture; it is judged by the base's keyword-spotting.",
      ],
    ],
  ])('%s', (_, base, head, expected) => {
    expect(describeConfigChange(parse(base), parse(head))).toEqual(expected);
  });

  test('a file that comes or goes is one sentence', () => {
    expect(describeConfigChange(null, null)).toEqual([]);
    expect(describeConfigChange(null, parse(''))).toEqual([
      'This pull request brings edge-ready.yml, which the base does not have; it is judged by it, as new rules.',
    ]);
    expect(describeConfigChange(parse(''), null)).toEqual([
      "This pull request removes edge-ready.yml; it is judged by the base's.",
    ]);
  });

  test('a schedule task by task, with what makes it easier to keep', () => {
    const schedule = (tasks: string, more = '') =>
      `schedule:\n  - { target: raspberry-pi-4${more}, tasks: [ ${tasks} ] }`;
    const task = (deadline: string) => `{ model: a.onnx, every: 1 s, deadline: ${deadline} }`;
    const notes = describeConfigChange(
      parse(schedule(`${task('20 ms')}, { name: radio, takes: 1 ms, every: 5 ms }`)),
      parse(schedule(task('1000 ms'), ', policy: edf')),
    );
    expect(notes).toEqual([
      "This pull request changes its own budgets: policy of the schedule of raspberry-pi-4 non-preemptive → edf; it is judged by the base's non-preemptive.",
      "This pull request changes its own budgets: a.onnx of the schedule of raspberry-pi-4 every 1 s, deadline 20 ms → every 1 s, deadline 1 s; it is judged by the base's every 1 s, deadline 20 ms.",
      'This pull request removes its own budgets: radio of the schedule of raspberry-pi-4 takes 1 ms, every 5 ms, deadline 5 ms; it is judged by it all the same.',
    ]);
  });

  test('what feeds a schedule, and its limits', () => {
    const schedule = (more: string) =>
      parse(`schedule:\n  - { target: raspberry-pi-4${more}, tasks: [ { model: a.onnx, every: 1 s } ] }`);
    const notes = describeConfigChange(
      schedule(', battery: CR2032, budget: { battery: { min: 30 days } }'),
      schedule(', battery: 2xAA, budget: { battery: { min: 3 days } }'),
    );
    expect(notes).toEqual([
      "This pull request changes its own budgets: battery of the schedule of raspberry-pi-4 CR2032 → 2xAA; it is judged by the base's CR2032.",
      "This pull request changes its own budgets: min of battery life of the schedule of raspberry-pi-4 30 days → 3 days; it is judged by the base's 30 days.",
    ]);
  });

  test('many changes are counted', () => {
    const many = Array.from({ length: 25 }, (_, index) => `  - { models: m${index}, latency: { max: 1 ms } }`).join(
      '\n',
    );
    const notes = describeConfigChange(parse(''), parse(`budgets:\n${many}`));
    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toBe('This pull request changes 5 more things in edge-ready.yml.');
  });
});

describe('configNotes', () => {
  test('says which entries match nothing', () => {
    const config = parseConfig(example, 'edge-ready.yml');
    expect(configNotes(config, ['models/kws.onnx'])).toEqual([]);
    expect(configNotes(config, ['models/kws.tflite'])).toEqual([
      'edge-ready.yml:6: no model matches models/kws*.onnx.',
    ]);
    expect(configNotes(config, []).at(-1)).toBe(
      'edge-ready.yml:15: no model matches models/kws*, so this budget limits nothing.',
    );
    expect(configNotes(parse(''), [])).toEqual([]);
    expect(configNotes(null, [])).toEqual([]);
  });
});

describe('readConfigs', () => {
  const good = 'version: 1\n';

  test('reads both, none, or one', () => {
    expect(readConfigs(undefined, undefined, 'e.yml')).toEqual({ base: null, head: null, notes: [] });
    expect(readConfigs(bytes(good), bytes(good), 'e.yml')).toMatchObject({
      base: { path: 'e.yml' },
      head: { path: 'e.yml' },
      notes: [],
    });
    expect(readConfigs(undefined, bytes(good), 'e.yml').notes).toHaveLength(1);
    expect(readConfigs(null, bytes(good), 'e.yml')).toMatchObject({ base: null, notes: [] });
  });

  test('a head with mistakes is an error, a base with mistakes is told and passed over', () => {
    expect(() => readConfigs(bytes(good), bytes('version: 2'), 'e.yml')).toThrow(
      'e.yml:1:10: version: must be 1, not 2',
    );
    expect(readConfigs(bytes('version: 2'), bytes(good), 'e.yml')).toMatchObject({
      base: null,
      head: { path: 'e.yml' },
      notes: [
        "The base's e.yml has mistakes (line 1: version: must be 1, not 2); this pull request is judged by its own.",
      ],
    });
  });

  test('a file that the user named must be somewhere', () => {
    expect(() => readConfigs(undefined, undefined, 'x.yml', true)).toThrow('There is no configuration x.yml');
    expect(readConfigs(bytes(good), undefined, 'x.yml', true).base).not.toBeNull();
  });
});
