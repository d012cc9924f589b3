import type { FoundModels } from './changes/find-models.ts';
import type { Range } from './changes/range.ts';
import type { Repository } from './changes/repository.ts';
import { findFileAt, type TreeFile } from './changes/tree.ts';
import type { Configs } from './config/read-configs.ts';
import { isForTarget } from './config/rule-slots.ts';
import { type EffectiveSchedule, type EffectiveTask, effectiveSchedules, nameOf } from './config/schedules.ts';
import { effectiveSettings } from './config/settings.ts';
import { problemWords, UserError } from './errors.ts';
import type { Comparison } from './judge/comparison.ts';
import type { Measurement } from './measurement/measurement.ts';
import { judgeSchedule } from './schedule/judge-schedule.ts';
import { knownWork, type PlannedTask, type TaskSide } from './schedule/planned-task.ts';
import type { ScheduleResult } from './schedule/schedule-result.ts';
import type { Measurer } from './sides/measurer.ts';
import type { Target } from './targets/target.ts';

/** A run's models, targets and comparisons, of which the schedules take what they can. */
export interface ScheduleRun {
  readonly repository: Repository;
  readonly range: Range;
  readonly configs: Configs;
  readonly targets: readonly Target[];
  readonly models: FoundModels;
  readonly comparisons: readonly Comparison[];
  readonly measurer: Measurer;
  readonly log: (line: string) => void;
}

/**
 * Judges the schedules of the run's targets that the change touches: by one of their models, or by what the configuration says of them.
 * Models that did not change are measured too, but nothing is said of them otherwise. What goes wrong is a problem of the schedule and never thrown.
 */
export async function checkSchedules(run: ScheduleRun): Promise<readonly ScheduleResult[]> {
  const { configs, range, models, targets } = run;
  const paths = new Map(models.changed.map(({ path, previousPath = path }) => [previousPath, path]));
  const schedules = effectiveSchedules(configs.base, configs.head, (path) => paths.get(path) ?? path);
  const changed = new Set(models.changed.map(({ path }) => path));
  const isTouched = ({ tasks, isChanged }: EffectiveSchedule) =>
    range.base === null || isChanged || tasks.some((task) => changed.has(nameOf(task)));
  const results: ScheduleResult[] = [];
  for (const schedule of schedules.filter(isTouched)) {
    for (const target of targets.filter((each) => isForTarget([schedule.target], each))) {
      run.log(`the schedule of ${target.name}`);
      results.push(await checkSchedule(schedule, target, run));
    }
  }
  return results;
}

async function checkSchedule(schedule: EffectiveSchedule, target: Target, run: ScheduleRun): Promise<ScheduleResult> {
  const problems: string[] = [];
  const tasks: PlannedTask[] = [];
  for (const task of schedule.tasks) {
    const { everyMs, deadlineMs, jitterMs } = task;
    const common = { name: nameOf(task), everyMs, deadlineMs, jitterMs };
    if (task.kind === 'other') {
      const side = knownWork(task.takesMs);
      tasks.push({ ...common, base: task.inBase ? side : null, head: side });
      continue;
    }
    try {
      tasks.push({ ...common, model: task.model, ...(await sidesOf(task, schedule, target, run)) });
    } catch (error) {
      problems.push(problemWords(error));
      tasks.push({ ...common, model: task.model, base: null, head: null });
    }
  }
  return judgeSchedule({ ...schedule, target, tasks, problems });
}

interface Sides {
  readonly base: TaskSide | null;
  readonly head: TaskSide | null;
}

/** A model at both commits: as the comparison has it, else measured for the schedule alone. */
async function sidesOf(
  task: EffectiveTask & { readonly kind: 'model' },
  { origin }: EffectiveSchedule,
  target: Target,
  run: ScheduleRun,
): Promise<Sides> {
  const { model, inBase } = task;
  const compared = run.comparisons.find((each) => each.model === model && each.target === target.name);
  if (compared !== undefined) {
    const [problem] = compared.problems;
    if (problem !== undefined) throw new UserError(`${model} could not be measured on ${target.name}: ${problem}`);
    return { base: inBase ? sideOf(compared.base) : null, head: sideOf(compared.head) };
  }
  const { repository, range } = run;
  const basePath = run.models.changed.find(({ path }) => path === model)?.previousPath ?? model;
  const before = inBase && range.base !== null ? await findFileAt(repository, range.base.sha, basePath) : undefined;
  const after = await findFileAt(repository, range.head.sha, model);
  if (before === undefined && after === undefined) {
    throw new UserError(`There is no model ${model}, which the schedule of ${target.name} names (${origin}).`);
  }
  const head = after === undefined ? null : await measureFile(range.head.sha, after, model, target, run);
  if (before === undefined || range.base === null) return { base: null, head: sideOf(head) };
  const base = before.blob === after?.blob ? head : await measureFile(range.base.sha, before, model, target, run);
  return { base: sideOf(base), head: sideOf(head) };
}

/** Everything but accuracy, which no schedule needs. */
async function measureFile(
  commit: string,
  file: TreeFile,
  headPath: string,
  target: Target,
  run: ScheduleRun,
): Promise<Measurement> {
  const { evaluation: _, ...settings } = effectiveSettings(run.configs.base, run.configs.head, headPath);
  const { measurement } = await run.measurer.side({ commit, path: file.path, blob: file.blob, target, settings });
  return measurement;
}

function sideOf(measurement: Measurement | null): TaskSide | null {
  return measurement === null ? null : { takes: measurement.latency, measurement };
}
