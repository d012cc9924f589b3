import type { Config, ModelSettings } from './config.ts';
import { matchesAny } from './rule-slots.ts';

/** What a configuration says of a model: every entry of `models:` that matches, a later one over an earlier one key by key. */
export function settingsFor(config: Config | null, modelPath: string): ModelSettings {
  const matching = (config?.models ?? []).filter(({ paths }) => matchesAny(paths, modelPath));
  return Object.assign({}, ...matching.map(({ settings }) => settings));
}

/**
 * What a pull request's models are measured with, base and head alike: key by key what the base's configuration says, and what only the head's says besides,
 * so that a pull request can't choose an easier data set for itself.
 */
export function effectiveSettings(base: Config | null, head: Config | null, modelPath: string): ModelSettings {
  return { ...settingsFor(head, modelPath), ...settingsFor(base, modelPath) };
}
