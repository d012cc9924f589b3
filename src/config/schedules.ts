import type { Config, Schedule, ScheduledTask } from './config.ts';

/** A schedule that a pull request is judged by. */
export interface EffectiveSchedule extends Omit<Schedule, 'tasks' | 'line' | 'level'> {
  readonly level: 'warn' | 'error';
  readonly tasks: readonly EffectiveTask[];
  /** For people: `edge-ready.yml:24`. */
  readonly origin: string;
  readonly rule: 'base' | 'new';
  /** Where it stands in the head's file, if it does. */
  readonly line?: number;
  /** True where the two configurations do not say the same. */
  readonly isChanged: boolean;
}

/** `inBase`: whether the base's schedule has it. A model's path is the head's. */
export type EffectiveTask = ScheduledTask & { readonly inBase: boolean };

/**
 * The schedules that a pull request is judged by. What the base's says holds, whatever the head's says, also of tasks that the head's no longer has; tasks that only the head's has come to it.
 * A schedule that only the head has is new. Of several schedules of one target the first belongs to the first, and so on. `renamed` gives the head's path of a model by the base's.
 */
export function effectiveSchedules(
  base: Config | null,
  head: Config | null,
  renamed: (path: string) => string,
): readonly EffectiveSchedule[] {
  const now = byTarget(head);
  const old = byTarget(base);
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys.flatMap((key): readonly EffectiveSchedule[] => {
    const [before, after] = [old.get(key), now.get(key)];
    const line = after === undefined ? {} : { line: after.line };
    if (before !== undefined && base !== null && before.level !== 'off') {
      const kept = before.tasks.map((task): EffectiveTask => ({ ...moved(task, renamed), inBase: true }));
      const names = new Set(kept.map(nameOf));
      const added = (after?.tasks ?? []).filter((task) => !names.has(nameOf(task)));
      const tasks = [...kept, ...added.map((task): EffectiveTask => ({ ...task, inBase: false }))];
      const isChanged = after === undefined || !isSame({ ...before, tasks: kept.map(withoutBase) }, after);
      const { line: place, level, ...rest } = before;
      const origin = isChanged ? `${base.path}:${place} in the base` : `${head?.path}:${after.line}`;
      return [{ ...rest, level, tasks, origin, rule: 'base', ...line, isChanged }];
    }
    if (after === undefined || head === null || after.level === 'off') return [];
    const tasks = after.tasks.map((task): EffectiveTask => ({ ...task, inBase: false }));
    const { line: place, level, ...rest } = after;
    return [{ ...rest, level, tasks, origin: `${head.path}:${place}`, rule: 'new', ...line, isChanged: true }];
  });
}

/** What a task is called: its model's path, or its name. */
export function nameOf(task: ScheduledTask): string {
  return task.kind === 'model' ? task.model : task.name;
}

function byTarget(config: Config | null): ReadonlyMap<string, Schedule> {
  const all = new Map<string, Schedule>();
  for (const schedule of config?.schedules ?? []) {
    let count = 1;
    while (all.has(`${count} ${schedule.target}`)) count += 1;
    all.set(`${count} ${schedule.target}`, schedule);
  }
  return all;
}

function moved(task: ScheduledTask, renamed: (path: string) => string): ScheduledTask {
  return task.kind === 'model' ? { ...task, model: renamed(task.model) } : task;
}

function withoutBase({ inBase: _, ...task }: EffectiveTask): ScheduledTask {
  return task;
}

function isSame(one: Schedule, other: Schedule): boolean {
  const content = ({ policy, arenas, level, battery, sleepMilliwatts, limits, tasks }: Schedule) =>
    JSON.stringify([
      policy,
      arenas,
      level,
      battery,
      sleepMilliwatts,
      limits,
      tasks.map((task) => Object.entries(task).sort()),
    ]);
  return content(one) === content(other);
}
