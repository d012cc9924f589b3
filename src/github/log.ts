import { info } from '@actions/core';

/** Prints one line of progress. Nothing in it can be taken for a workflow command: `::` begins one at the start of a line, `##[` anywhere. */
export function logLine(text: string): void {
  info(harmless(text));
}

/** Prints a text of several lines, each as `logLine`. */
export function logLines(text: string): void {
  for (const line of text.split('\n')) logLine(line);
}

/** Prints where a bug of ours was. */
export function logStack(error: unknown): void {
  if (error instanceof Error) logLines(error.stack ?? '');
}

/** `text` as one line that the runner does not obey. */
export function harmless(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/^(\s*)::/, '$1: :')
    .replaceAll('##[', '# #[');
}
