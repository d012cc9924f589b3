import type { Config } from './config.ts';
import { matchesAny } from './rule-slots.ts';

/**
 * What people should know of a configuration that is used: what it says that is not judged yet, and, when the models of the head are given, which of its entries match none of them.
 */
export function configNotes(config: Config | null, models?: readonly string[]): readonly string[] {
  if (config === null) return [];
  const notes: string[] = [];
  const [schedule] = config.schedules;
  if (schedule !== undefined) {
    notes.push(
      `${config.path}:${schedule.line}: "schedule" is read and checked, but whether tasks meet their deadlines is not judged yet.`,
    );
  }
  if (models === undefined) return notes;
  const idle = (globs: readonly string[]) => !models.some((path) => matchesAny(globs, path));
  for (const { paths, line } of config.models) {
    if (idle(paths)) notes.push(`${config.path}:${line}: no model matches ${paths.join(', ')}.`);
  }
  for (const { models: globs, line } of config.budgets) {
    if (globs !== undefined && idle(globs))
      notes.push(`${config.path}:${line}: no model matches ${globs.join(', ')}, so this budget limits nothing.`);
  }
  return notes.slice(0, 50);
}
