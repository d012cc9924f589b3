import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exitCodes } from '../exit-code.ts';
import { runGate } from '../gate.ts';
import { renderComment } from '../report/comment.ts';
import type { GateReport } from '../report/report-schema.ts';
import { type Outputs, withOutputs } from '../report/write-outputs.ts';
import { makeDemoRepository } from './demo-repository.ts';
import type { Output } from './output.ts';

/**
 * `edge-ready demo`: makes a repository with a pull request that regresses on both of its targets, checks it as the action would and prints the comment.
 * The demonstration went as it should when the gate says `fail`.
 */
export async function demoCommand(options: { readonly output?: string }, output: Output): Promise<number> {
  const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-demo-'));
  try {
    makeDemoRepository(directory);
    const report = await withOutputs(options.output, (outputs) => checkDemo(directory, outputs, output));
    if (report.verdict === 'fail') {
      output.note('The pull request fails its budgets, as it should: the demonstration ran as intended.');
      return exitCodes.pass;
    }
    output.note(`The demonstration should end with "fail" and ended with "${report.verdict}".`);
    return exitCodes.error;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function checkDemo(directory: string, outputs: Outputs | undefined, output: Output): Promise<GateReport> {
  const { report } = await runGate({
    directory,
    base: 'main',
    head: 'pull-request',
    targets: [],
    ...(outputs === undefined ? {} : { keep: outputs.keep }),
    log: output.note,
  });
  output.result(renderComment(report, { marker: '' }));
  if (outputs !== undefined) {
    const { page } = await outputs.finish(report);
    output.note(`The report with its figures: ${page}`);
  }
  return report;
}
