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

/** A JSON document as every `--json` prints it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
