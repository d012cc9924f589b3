import { forTerminal } from '../report/terminal.ts';

/** Where a command writes: results for programs and pipes, words and progress for people. */
export interface Output {
  /** stdout: the result, and with `--json` one JSON document and nothing else. */
  readonly result: (text: string) => void;
  /** stderr: progress, notes. */
  readonly note: (text: string) => void;
}

/** The process's own streams. */
export const processOutput: Output = {
  result: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
};

/** The same output with nothing in it that a terminal or a workflow's runner obeys: names and messages come from anybody's files. */
export function harmlessOutput({ result, note }: Output): Output {
  return { result: (text) => result(forTerminal(text)), note: (text) => note(forTerminal(text)) };
}
