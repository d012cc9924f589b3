import { UserError } from '../errors.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { describeConfigChange } from './difference.ts';
import { parseConfig } from './parse.ts';

/** The configurations of both commits; `null` where a commit has no file. */
export interface Configs {
  readonly base: Config | null;
  readonly head: Config | null;
  /** What the pull request changes in it, and what could not be read: sentences for the report. */
  readonly notes: readonly string[];
}

/**
 * Reads both commits' configuration files; bytes are `undefined` where a commit has none, and `base` is `null` where there is no base commit, about which nothing needs to be said.
 * `isRequired` is for a path that the user gave.
 * A base's file with mistakes counts as none, with a note, so that a pull request can repair it.
 * @throws ConfigError for mistakes in the head's file; UserError when a required file is in neither commit.
 */
export function readConfigs(
  base: Uint8Array | undefined | null,
  head: Uint8Array | undefined,
  path: string,
  isRequired = false,
): Configs {
  if (isRequired && head === undefined && (base === undefined || base === null)) {
    throw new UserError(
      `There is no configuration ${path}: create it, or name another with "config"; docs/configuration.md shows what goes into it.`,
    );
  }
  const parsedHead = head === undefined ? null : parseConfig(decode(head), path);
  if (base === null) return { base: null, head: parsedHead, notes: [] };
  try {
    const parsedBase = base === undefined ? null : parseConfig(decode(base), path);
    return { base: parsedBase, head: parsedHead, notes: describeConfigChange(parsedBase, parsedHead) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [first] = error.mistakes;
    const note = `The base's ${path} has mistakes (line ${first?.line}: ${first?.message}); this pull request is judged by its own.`;
    return { base: null, head: parsedHead, notes: [note.slice(0, 2000)] };
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
