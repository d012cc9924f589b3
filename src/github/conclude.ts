import { setFailed, warning } from '@actions/core';
import { plain } from '../basics/plain.ts';
import { messageOf, UserError } from '../errors.ts';
import { exitCodeOf, type FailOn } from '../judge/exit-code.ts';
import type { GateReport } from '../report/report-schema.ts';
import { forTerminal } from '../report/terminal.ts';
import { logLine, logStack } from './log.ts';
import { publishOutputs } from './publish.ts';

/** Ends the step by the report's verdict: says `headline` and sets the exit code. `annotated` is true when errors were annotated already. */
export function conclude(report: GateReport, headline: string, failOn: FailOn, annotated: boolean): void {
  const code = exitCodeOf(report.verdict, failOn);
  if (code === 0 || annotated) logLine(headline);
  else setFailed(headline);
  process.exitCode = code;
}

/** Says in the log what went wrong beside the verdict. */
export function warnOf(sentences: readonly string[]): void {
  for (const sentence of sentences) warning(forTerminal(sentence));
}

/**
 * Runs a face of the action. What the user can mend (`UserError`) ends with its one sentence, anything else with its stack;
 * both with exit code 2 and verdict `error`, never mistaken for a pass.
 */
export async function runFace(face: () => Promise<void>): Promise<void> {
  try {
    await face();
  } catch (error) {
    const mended = error instanceof UserError;
    setFailed(forTerminal(mended ? error.message : `A bug in edge-ready-gate: ${messageOf(error)}`));
    if (!mended) logStack(error);
    publishOutputs({
      verdict: 'error',
      summary: plain(messageOf(error)),
      report: '',
      page: '',
      artifacts: '',
      commentUrl: '',
    });
    process.exitCode = 2;
  }
}
