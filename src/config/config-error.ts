import { UserError } from '../errors.ts';
import type { Position } from './positions.ts';

/** One thing that is wrong in a configuration file. */
export interface Mistake extends Position {
  readonly message: string;
}

/** A configuration file with mistakes: its message has a line `path:line:column: what is wrong` for each, in the file's order. */
export class ConfigError extends UserError {
  readonly path: string;
  readonly mistakes: readonly Mistake[];

  constructor(path: string, mistakes: readonly Mistake[]) {
    const sorted = [...mistakes].sort((one, other) => one.line - other.line || one.column - other.column);
    super(sorted.map(({ line, column, message }) => `${path}:${line}:${column}: ${shortened(message)}`).join('\n'));
    this.path = path;
    this.mistakes = sorted;
  }
}

/** A message quotes the file, which may hold texts of any length. */
function shortened(message: string): string {
  return message.length > 2000 ? `${message.slice(0, 2000)}…` : message;
}
