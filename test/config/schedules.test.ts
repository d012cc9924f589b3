import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { effectiveSchedules, nameOf } from '../../src/config/schedules.ts';

const config = (schedules: string) => parseConfig(`version: 1\nschedule:\n${schedules}`, 'edge-ready.yml');
const same = (path: string) => path;
const task = (model: string, deadline = '1 s') => `      - { model: ${model}, every: 1 s, deadline: ${deadline} }\n`;
const entry = (tasks: string, more = '') => `  - target: raspberry-pi-4\n${more}    tasks:\n${tasks}`;

/** What matters of schedules, short enough to compare. */
const short = (base: Config | null, head: Config | null, renamed = same) =>
  effectiveSchedules(base, head, renamed).map(({ policy, rule, origin, line, isChanged, tasks }) => ({
    policy,
    rule,
    origin,
    line,
    isChanged,
    tasks: tasks.map((each) => `${nameOf(each)} ${each.deadlineMs} ${each.inBase ? 'base' : 'new'}`),
  }));
describe('effectiveSchedules', () => {
  test('the same in both', () => {
    const both = config(entry(task('a')));
    expect(short(both, both)).toEqual([
      {
        policy: 'non-preemptive',
        rule: 'base',
        origin: 'edge-ready.yml:3',
        line: 3,
        isChanged: false,
        tasks: ['a 1000 base'],
      },
    ]);
  });

  test('what the pull request makes easier is judged by the base, and what it adds comes to it', () => {
    const base = config(entry(task('a', '20 ms') + task('b')));
    const head = config(
      `  - { target: nucleo-l4r5zi, tasks: [ { model: x, every: 1 s } ] }\n${entry(task('c') + task('a'), '    policy: edf\n')}`,
    );
    const [first, second] = short(base, head);
    expect(first).toEqual({
      policy: 'non-preemptive',
      rule: 'base',
      origin: 'edge-ready.yml:3 in the base',
      line: 4,
      isChanged: true,
      tasks: ['a 20 base', 'b 1000 base', 'c 1000 new'],
    });
    expect(second).toMatchObject({ rule: 'new', origin: 'edge-ready.yml:3', tasks: ['x 1000 new'] });
  });

  test('what feeds it, and its limits', () => {
    const fed = (days: string) =>
      config(
        entry(
          task('a'),
          `    battery: CR2032\n    sleep: 30 uW\n    budget: { battery: { min: ${days} }, duty: { max: 50%, level: warn } }\n`,
        ),
      );
    const [judged] = effectiveSchedules(fed('30 days'), fed('3 days'), same);
    expect(judged).toMatchObject({ battery: 'CR2032', sleepMilliwatts: 0.03, isChanged: true });
    expect(judged?.limits).toEqual([
      { metric: 'duty', limit: { kind: 'max', value: 0.5 }, level: 'warn', text: '50%' },
      { metric: 'batteryLife', limit: { kind: 'min', value: 30 }, level: 'error', text: '30 days' },
    ]);
  });

  test('a schedule that the pull request removes or switches off still holds', () => {
    const base = config(entry(task('a')));
    expect(short(base, null)).toMatchObject([{ rule: 'base', isChanged: true, line: undefined }]);
    expect(short(base, config(entry(task('a'), '    level: off\n')))).toMatchObject([
      { rule: 'base', isChanged: true },
    ]);
  });

  test('one that the base switches off is not there, unless the pull request brings it', () => {
    const off = config(entry(task('a'), '    level: off\n'));
    expect(short(off, off)).toEqual([]);
    expect(short(off, config(entry(task('a'))))).toMatchObject([{ rule: 'new', tasks: ['a 1000 new'] }]);
  });

  test('a renamed model is the same task', () => {
    const [only] = short(config(entry(task('a'))), config(entry(task('b'))), (path) => (path === 'a' ? 'b' : path));
    expect(only).toMatchObject({ isChanged: false, tasks: ['b 1000 base'] });
  });

  test('several schedules of one target, for its cores, belong to each other in their order', () => {
    const both = config(entry(task('a')) + entry(task('b')));
    expect(short(both, both).map(({ tasks }) => tasks)).toEqual([['a 1000 base'], ['b 1000 base']]);
  });
});
