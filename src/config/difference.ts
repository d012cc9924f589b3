import { formatValue } from '../basics/format.ts';
import { sinceOf } from '../judge/budget.ts';
import { metricWords } from '../judge/metric-words.ts';
import { recipeText } from '../optimize/recipe.ts';
import type { StatedPower } from '../targets/other-conditions.ts';
import type { Config, MetricRule, ModelSettings } from './config.ts';
import { presetRules } from './presets.ts';

/** The most sentences about one pull request's changes; what remains is counted. */
const mostNotes = 20;

/** One thing a configuration says: where, what, and how it is compared and shown. */
interface Statement {
  /** `peak RAM (max) of models/kws* on nano33` */
  readonly subject: string;
  readonly isBudget: boolean;
  readonly value: string;
  readonly shown: string;
}

/**
 * What a pull request changes in its own configuration, a sentence each, saying by what it is judged.
 * Compared by meaning: `64 KiB` and `65536 B` are the same.
 */
export function describeConfigChange(base: Config | null, head: Config | null): readonly string[] {
  if (base === null && head === null) return [];
  if (base === null) {
    return [`This pull request brings ${head?.path}, which the base does not have; it is judged by it, as new rules.`];
  }
  if (head === null) return [`This pull request removes ${base.path}; it is judged by the base's.`];
  const old = statements(base);
  const now = statements(head);
  const notes: string[] = [];
  for (const [key, before] of old) {
    const after = now.get(key);
    if (after === undefined)
      notes.push(sentence(before, `removes`, `${before.shown}; it is judged by it all the same`));
    else if (after.value !== before.value) {
      notes.push(
        sentence(before, 'changes', `${before.shown} → ${after.shown}; it is judged by the base's ${before.shown}`),
      );
    }
  }
  for (const [key, added] of now) {
    if (!old.has(key))
      notes.push(sentence(added, 'adds', `${added.shown}; it is judged by it where the base says nothing`));
  }
  const rest = notes.length - mostNotes;
  return rest <= 0
    ? notes
    : [
        ...notes.slice(0, mostNotes),
        `This pull request changes ${rest} more ${rest === 1 ? 'thing' : 'things'} in ${head.path}.`,
      ];
}

function sentence({ subject, isBudget }: Statement, verb: string, rest: string): string {
  const what = isBudget ? 'its own budgets' : 'its own configuration';
  return `This pull request ${verb} ${what}: ${subject} ${rest}.`.slice(0, 2000);
}

/** Everything a configuration says, by subject; a subject that comes again is counted. */
function statements(config: Config): ReadonlyMap<string, Statement> {
  const all = new Map<string, Statement>();
  const add = (statement: Statement) => {
    let key = statement.subject;
    for (let count = 2; all.has(key); count++) key = `${statement.subject} #${count}`;
    all.set(key, statement);
  };
  const say = (subject: string, isBudget: boolean, value: unknown, shown: string) =>
    add({ subject, isBudget, value: JSON.stringify(value), shown });

  for (const { name, board, own, clockHz, volts, power, measureWith, ram, flash } of config.targets) {
    say(`board of target ${name}`, false, [board, own?.runtime, own?.board], board);
    if (clockHz !== undefined) say(`clock of target ${name}`, false, clockHz, `${clockHz / 1e6} MHz`);
    if (volts !== undefined) say(`voltage of target ${name}`, false, volts, `${volts} V`);
    if (power !== undefined) say(`power of target ${name}`, false, power, powerText(power));
    if (measureWith !== undefined) say(`measure-with of target ${name}`, false, measureWith, measureWith);
    if (ram !== undefined) say(`RAM of target ${name}`, true, ram.value, ram.text);
    if (flash !== undefined) say(`flash of target ${name}`, true, flash.value, flash.text);
  }
  for (const { paths, presets, settings } of config.models) {
    const of = `of ${paths.join(', ')}`;
    for (const use of presets) {
      say(
        `${use.kind} ${of}`,
        true,
        presetRules(use).map(({ metric, limits }) => [metric, limits]),
        use.name,
      );
    }
    for (const [key, shown] of settingTexts(settings)) say(`${key} ${of}`, false, shown, shown);
  }
  for (const { models, targets, metrics } of config.budgets) {
    const of = `of ${models?.join(', ') ?? 'all models'}${targets === undefined ? '' : ` on ${targets.join(', ')}`}`;
    for (const rule of metrics)
      for (const [name, value, shown] of ruleTexts(rule)) say(`${name} ${of}`, true, value, shown);
  }
  for (const { target, tasks, policy, arenas, level, battery, sleepMilliwatts, limits } of config.schedules) {
    const of = `of the schedule of ${target}`;
    say(`policy ${of}`, true, policy, policy);
    say(`arenas ${of}`, true, arenas, arenas);
    if (level !== 'error') say(`level ${of}`, true, level, level);
    if (battery !== undefined) say(`battery ${of}`, true, battery, battery);
    if (sleepMilliwatts !== undefined) say(`sleep ${of}`, true, sleepMilliwatts, formatValue(sleepMilliwatts, 'mW'));
    for (const { metric, limit, level: own, text } of limits)
      for (const [name, value, shown] of ruleTexts({ metric, limits: [{ limit, text }], level: own, line: 1 }))
        say(`${name} ${of}`, true, value, shown);
    for (const task of tasks) {
      const { everyMs, deadlineMs, jitterMs } = task;
      const [name, takes] =
        task.kind === 'model' ? [task.model, ''] : [task.name, `takes ${formatValue(task.takesMs, 'ms')}, `];
      const jitter = jitterMs === 0 ? '' : `, jitter ${formatValue(jitterMs, 'ms')}`;
      const times = `${takes}every ${formatValue(everyMs, 'ms')}, deadline ${formatValue(deadlineMs, 'ms')}${jitter}`;
      say(`${name} ${of}`, true, [everyMs, deadlineMs, jitterMs, takes], times);
    }
  }
  return all;
}

function ruleTexts({ metric, limits, level }: MetricRule): readonly (readonly [string, unknown, string])[] {
  const { title } = metricWords[metric];
  const suffix = level === undefined || level === 'error' ? '' : ` (${level})`;
  if (limits.length === 0) return [[`level of ${title}`, level, level ?? 'error']];
  return limits.map(({ limit, text }) => [
    limit.kind === 'max' ? title : `${limit.kind}${sinceOf(limit) === undefined ? '' : ' since a release'} of ${title}`,
    [limit, level ?? 'error'],
    `${text}${suffix}`,
  ]);
}

function settingTexts(settings: ModelSettings): readonly (readonly [string, string])[] {
  const { targets, recipe, calibration, evaluation, dutyCycle, dimensions } = settings;
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['targets', targets?.join(', ')],
    ['recipe', recipe === undefined ? undefined : recipeText(recipe)],
    ['calibration', calibration],
    ['evaluation', evaluation === undefined ? undefined : `${evaluation.data} (${evaluation.metric})`],
    [
      'duty-cycle',
      dutyCycle === undefined
        ? undefined
        : [
            `${dutyCycle.everyMs} ms`,
            ...(dutyCycle.battery === undefined ? [] : [dutyCycle.battery]),
            ...(dutyCycle.sleepMilliwatts === undefined ? [] : [`${dutyCycle.sleepMilliwatts} mW asleep`]),
          ].join(', '),
    ],
    [
      'dimensions',
      dimensions === undefined
        ? undefined
        : Object.entries(dimensions)
            .map(([name, size]) => `${name} = ${size}`)
            .join(', '),
    ],
  ];
  return texts.flatMap(([key, text]) => (text === undefined ? [] : [[key, text] as const]));
}

/** `20 mW active, 0.015 mW asleep` */
function powerText({ activeMilliwatts, idleMilliwatts, sleepMilliwatts }: StatedPower): string {
  const states = [
    ['active', activeMilliwatts],
    ['idle', idleMilliwatts],
    ['asleep', sleepMilliwatts],
  ] as const;
  return states.flatMap(([state, value]) => (value === undefined ? [] : [`${value} mW ${state}`])).join(', ');
}
