import { isNode, LineCounter, parseDocument, visit } from 'yaml';
import type * as z from 'zod';
import { yamlProblem } from '../basics/yaml-problem.ts';
import { UserError } from '../errors.ts';
import type { StatedPower } from '../targets/other-conditions.ts';
import type { Config, ConfiguredTarget, ModelRule, ModelSettings, PresetUse, ScheduledTask } from './config.ts';
import { ConfigError, type Mistake } from './config-error.ts';
import { findContradictions } from './contradictions.ts';
import { describeIssues } from './describe-issue.ts';
import { metricRules, scheduleLimits } from './metric-rules.ts';
import { type Path, positionOf } from './positions.ts';
import type { powerSchema } from './power-schema.ts';
import { type ConfigFile, fileSchema } from './schema.ts';

/** A configuration is written by people; what is longer is none, and would take the YAML parser long: it compares each key with all others of its map. */
const largestFile = 128 * 1024;

/** Mistakes that are told; whoever makes more sees the next when these are mended. */
const mostMistakes = 50;

/** Aliases (`*name`) that a file may use; more only serve to blow it up. */
const mostAliases = 100;

/**
 * Reads a configuration file; `path` names it in messages and in what is made of it.
 * @throws ConfigError (a UserError) with every mistake in the file, each with its line and column.
 */
export function parseConfig(text: string, path: string): Config {
  if (text.length > largestFile)
    throw new UserError(`${path} has more than ${largestFile} characters; a configuration is shorter.`);
  const lines = new LineCounter();
  const document = readDocument(text, path, lines);
  const at = (place: Path, part: 'key' | 'value' = 'value') => positionOf(document, lines, place, part);
  const content = document.toJS({ maxAliasCount: mostAliases }) as unknown;
  const result = fileSchema.safeParse(content);
  const faults = result.success ? [] : describeIssues(result.error.issues, content);
  const mistakes = [
    ...faults.slice(0, mostMistakes).map(({ path: place, part, message }) => ({ ...at(place, part), message })),
    ...findContradictions(content)
      .slice(0, mostMistakes)
      .map(({ path: place, message }) => ({ ...at(place), message })),
  ];
  if (!result.success || mistakes.length > 0) throw new ConfigError(path, mistakes);
  return toConfig(result.data, path, (place) => at(place, 'key').line);
}

function readDocument(text: string, path: string, lines: LineCounter) {
  try {
    const document = parseDocument(text.replace(/^\uFEFF/, ''), {
      version: '1.2',
      lineCounter: lines,
      prettyErrors: false,
    });
    const mistakes = [...document.errors, ...document.warnings]
      .slice(0, mostMistakes)
      .map(({ pos, message }): Mistake => {
        const { line, col } = lines.linePos(pos[0]);
        return { line, column: col, message: yamlProblem(message) };
      });
    let aliases = 0;
    visit(document, { Alias: () => void aliases++ });
    if (aliases > mostAliases) mistakes.push({ line: 1, column: 1, message: `more than ${mostAliases} aliases` });
    if (document.contents === null)
      mistakes.push({ line: 1, column: 1, message: 'the file is empty; it begins with "version: 1"' });
    if (mistakes.length > 0) throw new ConfigError(path, mistakes);
    // Made here, so that an alias that expands too far or to itself is a mistake like the others.
    if (isNode(document.contents)) document.toJS({ maxAliasCount: mostAliases });
    return document;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new ConfigError(path, [{ line: 1, column: 1, message: `this YAML can't be read: ${yamlProblem(error)}` }]);
  }
}

function toConfig(file: ConfigFile, path: string, lineOf: (place: Path) => number): Config {
  return {
    path,
    targets: Object.entries(file.targets ?? {}).map(([name, target]): ConfiguredTarget => {
      const line = lineOf(['targets', name]);
      if (typeof target === 'string') return { name, board: target, line };
      const { board, file, runtime, clock, voltage, power, ram, flash, 'measure-with': measureWith } = target;
      return {
        name,
        board: board ?? file ?? '',
        line,
        ...(file === undefined ? {} : { own: { file, ...(runtime === undefined ? {} : { runtime }) } }),
        ...(clock === undefined ? {} : { clockHz: clock.value }),
        ...(voltage === undefined ? {} : { volts: voltage.value }),
        ...(power === undefined ? {} : { power: statedPower(power) }),
        ...(measureWith === undefined ? {} : { measureWith }),
        ...(ram === undefined ? {} : { ram: { ...ram, line: lineOf(['targets', name, 'ram']) } }),
        ...(flash === undefined ? {} : { flash: { ...flash, line: lineOf(['targets', name, 'flash']) } }),
      };
    }),
    models: (file.models ?? []).map((entry, index): ModelRule => {
      const keyLine = (key: string) => lineOf(['models', index, key]);
      const presets: PresetUse[] = [];
      if (entry.class !== undefined) presets.push({ kind: 'class', name: entry.class, line: keyLine('class') });
      if (entry['use-case'] !== undefined) {
        presets.push({ kind: 'use-case', name: entry['use-case'], line: keyLine('use-case') });
      }
      return { paths: entry.path, line: lineOf(['models', index]), settings: settingsOf(entry), presets };
    }),
    budgets: (file.budgets ?? []).map((entry, index) => ({
      ...(entry.models === undefined ? {} : { models: entry.models }),
      ...(entry.targets === undefined ? {} : { targets: entry.targets }),
      line: lineOf(['budgets', index]),
      metrics: metricRules(entry, (key) => lineOf(['budgets', index, key])),
    })),
    schedules: (file.schedule ?? []).map(({ level = 'error', tasks, budget, battery, sleep, ...schedule }, index) => ({
      ...schedule,
      ...(battery === undefined ? {} : { battery }),
      ...(sleep === undefined ? {} : { sleepMilliwatts: sleep.value }),
      limits: scheduleLimits(budget ?? {}),
      level,
      tasks: tasks.map(taskOf),
      line: lineOf(['schedule', index]),
    })),
  };
}

function statedPower({ active, idle, sleep }: z.output<typeof powerSchema>): StatedPower {
  return {
    ...(active === undefined ? {} : { activeMilliwatts: active.value }),
    ...(idle === undefined ? {} : { idleMilliwatts: idle.value }),
    ...(sleep === undefined ? {} : { sleepMilliwatts: sleep.value }),
  };
}

function taskOf({
  model,
  name = '',
  takes,
  every,
  deadline = every,
  jitter,
}: NonNullable<ConfigFile['schedule']>[number]['tasks'][number]): ScheduledTask {
  const times = { everyMs: every.value, deadlineMs: deadline.value, jitterMs: jitter?.value ?? 0 };
  return model === undefined
    ? { kind: 'other', name, takesMs: takes?.value ?? 0, ...times }
    : { kind: 'model', model, ...times };
}

function settingsOf(entry: NonNullable<ConfigFile['models']>[number]): ModelSettings {
  const { targets, recipe, calibration, evaluation, dimensions, reference, 'duty-cycle': duty } = entry;
  const battery = duty?.battery === undefined ? {} : { battery: duty.battery };
  const sleep = duty?.sleep === undefined ? {} : { sleepMilliwatts: duty.sleep.value };
  return {
    ...(targets === undefined ? {} : { targets }),
    ...(recipe === undefined ? {} : { recipe }),
    ...(reference === undefined ? {} : { reference }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(evaluation === undefined ? {} : { evaluation }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(duty === undefined ? {} : { dutyCycle: { everyMs: duty.every.value, ...battery, ...sleep } }),
  };
}
