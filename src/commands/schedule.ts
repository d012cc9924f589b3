import { existsSync } from 'node:fs';
import { defaultConfigPath } from '../config/defaults.ts';
import { withOwnBoards } from '../config/own-boards.ts';
import { isForTarget } from '../config/rule-slots.ts';
import { type EffectiveSchedule, effectiveSchedules, nameOf } from '../config/schedules.ts';
import { settingsFor } from '../config/settings.ts';
import { resolveTargets } from '../config/targets.ts';
import { folderSource } from '../data/folder-source.ts';
import { readDataSet } from '../data/read-data-set.ts';
import { UserError } from '../errors.ts';
import { exitCodeOf } from '../judge/exit-code.ts';
import { worstVerdict } from '../judge/worst-verdict.ts';
import { measureModel } from '../measuring/measure.ts';
import { jsonText } from '../report/json-text.ts';
import { renderScheduleText } from '../report/schedule-text.ts';
import { judgeSchedule } from '../schedule/judge-schedule.ts';
import { knownWork, type PlannedTask } from '../schedule/planned-task.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
import { openOptions } from '../sides/side.ts';
import { sideOptions } from '../sides/side-options.ts';
import type { Target } from '../targets/target.ts';
import { openModelFile } from './model-file.ts';
import type { Output } from './output.ts';
import { readOwnConfig } from './own-config.ts';
import { openProgress } from './progress.ts';

/** The options of `edge-ready schedule`. */
export interface ScheduleOptions {
  readonly config?: string;
  readonly target?: readonly string[];
  readonly json?: true;
}

/**
 * `edge-ready schedule`: whether the models that share one core meet their deadlines there and fit together, by the configuration and the model files of the working folder.
 * @throws UserError where the configuration has no schedule for these targets, or a model can't be read
 */
export async function scheduleCommand(options: ScheduleOptions, output: Output): Promise<number> {
  const file = options.config ?? defaultConfigPath;
  const source = folderSource('.');
  const parsed = readOwnConfig(options.config);
  if (parsed === null) {
    throw new UserError(
      `There is no ${file} here; edge-ready init writes one, docs/configuration.md shows its "schedule".`,
    );
  }
  const config = await withOwnBoards(parsed, (path) => source.read(path));
  const configs = { base: null, head: config, notes: [] };
  const wanted = options.target ?? (parsed.targets.length > 0 ? [] : parsed.schedules.map(({ target }) => target));
  const targets = resolveTargets(null, config, wanted);
  const progress = openProgress(output);
  const readData = (path: string) => readDataSet(path, source);
  const measured = async (path: string, target: Target) => {
    if (!existsSync(path)) throw new UserError(`There is no model ${path}, which ${file} has in its schedule.`);
    progress.step(`${path} on ${target.name}`, 0, 1);
    const { evaluation: _, ...settings } = settingsFor(config, path);
    const plain = await sideOptions(settings, target, { configs, source, recipe: undefined });
    const measuring = await openOptions(plain, { readData, progress: progress.samples });
    const { measurement } = await measureModel(openModelFile(path), target, measuring);
    return { takes: measurement.latency, measurement };
  };
  const results: ScheduleResult[] = [];
  for (const schedule of effectiveSchedules(null, config, (path) => path)) {
    for (const target of targets.filter((each) => isForTarget([schedule.target], each)))
      results.push(await judgeOn(schedule, target, measured));
  }
  if (results.length === 0) {
    const where = options.target === undefined ? '' : ` for ${options.target.join(', ')}`;
    throw new UserError(`${file} has no "schedule"${where}; docs/configuration.md shows one.`);
  }
  output.result(
    options.json
      ? jsonText(results)
      : `${results.map((result) => renderScheduleText(result, output.resultOptions)).join('\n\n')}\n\n≈ marks an estimate.\n`,
  );
  return exitCodeOf(worstVerdict(results.map(({ verdict }) => verdict)));
}

async function judgeOn(
  schedule: EffectiveSchedule,
  target: Target,
  measured: (path: string, target: Target) => Promise<NonNullable<PlannedTask['head']>>,
): Promise<ScheduleResult> {
  const tasks: PlannedTask[] = [];
  for (const task of schedule.tasks) {
    const { everyMs, deadlineMs, jitterMs } = task;
    const common = { name: nameOf(task), everyMs, deadlineMs, jitterMs, base: null };
    if (task.kind === 'other') tasks.push({ ...common, head: knownWork(task.takesMs) });
    else tasks.push({ ...common, model: task.model, head: await measured(task.model, target) });
  }
  return judgeSchedule({ ...schedule, target, tasks, problems: [] });
}
