import type { Config } from './config.ts';
import { matchesAny } from './rule-slots.ts';

/** What people should know of a configuration that is used: which of its entries match none of the head's models. */
export function configNotes(config: Config | null, models: readonly string[]): readonly string[] {
  if (config === null) return [];
  const notes: string[] = [];
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
