import type { TextOptions } from '../report/look.ts';
import { forTerminal } from '../report/terminal.ts';

/** Where a command writes: results for programs and pipes, words and progress for people. */
export interface Output {
  /** stdout: the result, and with `--json` one JSON document and nothing else. */
  readonly result: (text: string) => void;
  /** stderr: progress, notes. */
  readonly note: (text: string) => void;
  /** What stdout and stderr can show; any width and no colour where nothing is said. */
  readonly resultOptions?: TextOptions;
  readonly noteOptions?: TextOptions;
  /** On a terminal: shows a line on stderr until the next is shown or anything else is written; an empty one goes away. */
  readonly status?: (line: string) => void;
}

/** The same output with nothing in it that a terminal or a workflow's runner obeys: names and messages come from anybody's files. */
export function harmlessOutput({ result, note, status, ...options }: Output): Output {
  return {
    ...options,
    result: (text) => result(forTerminal(text, options.resultOptions)),
    note: (text) => note(forTerminal(text, options.noteOptions)),
    ...(status === undefined ? {} : { status: (line) => status(forTerminal(line, options.noteOptions)) }),
  };
}
