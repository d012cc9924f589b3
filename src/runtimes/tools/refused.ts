import type { Finding } from '../../measurement/measurement.ts';
import { noEstimate } from '../estimate/no-estimate.ts';
import type { Artifact, Compiled } from '../runtime.ts';
import type { ToolRun } from './tool.ts';

/** What is left of an artifact that the target's compiler, `title`, did not take: a finding that says why, and no numbers. */
export function refusedBy(title: string, artifact: Pick<Artifact, 'bytes' | 'format'>, reason: string): Compiled {
  const why = `${title} does not compile this model`;
  const finding: Finding = { code: 'compiler-refused', severity: 'error', message: `${why}: ${reason}`.slice(0, 2000) };
  // Where activations would lie does not depend on who refuses.
  const { memory: _, ...known } = noEstimate(why, [finding]);
  return {
    bytes: artifact.bytes,
    format: artifact.format,
    known,
  };
}

/** Why a run failed: its own words, else how it ended. */
export function failureOf({ stdout, stderr, exitCode, missing }: Extract<ToolRun, { status: 'failed' }>): string {
  const words = reasonIn(`${stdout}\n${stderr}`);
  if (words !== undefined && exitCode !== 0) return words;
  const end =
    exitCode === 0
      ? `It ended well, but left no ${missing.join(' and no ')}.`
      : `It ended ${exitCode === null ? 'by a signal' : `with code ${exitCode}`} and gave no reason.`;
  return words === undefined ? end : `${end} ${words}`;
}

/** The line in which a program says what was wrong, and what follows it, without the stack that Python may put before it. */
export function reasonIn(printed: string): string | undefined {
  const lines = printed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.findLastIndex((line) => /^[\w.]*(Error|Exception)\b/.test(line));
  const any = telling < 0 ? lines.findIndex((line) => /error/i.test(line) && !/^Traceback/.test(line)) : telling;
  const found = any < 0 ? lines.slice(-1) : lines.slice(any, any + 4);
  return found.length === 0 ? undefined : found.join(' ').slice(0, 600);
}
