import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRepository } from '../changes/repository.ts';
import { runGate } from '../gate.ts';
import { defaultHistoryBranch, emptyHistory, type History, readHistory } from '../history/files.ts';
import { readLocalHistory } from '../history/git-store.ts';
import { exitCodes } from '../judge/exit-code.ts';
import { recordCommit } from '../record-commit.ts';
import { renderComment } from '../report/comment.ts';
import { closeFolds } from '../report/fold.ts';
import { renderTrend } from '../report/html/render-trend.ts';
import type { GateReport } from '../report/report-schema.ts';
import { type Outputs, withOutputs } from '../report/write-outputs.ts';
import type { MeasurementFolder } from '../sides/measurer.ts';
import { lateModel, makeDemoRepository, recordedCommits, recordedModel } from './demo-repository.ts';
import type { Output } from './output.ts';
import { openProgress } from './progress.ts';
import { writeWhole } from './write-whole.ts';

/**
 * `edge-ready demo`: makes a repository with a pull request that regresses on its targets, of three families, and makes an unchanged model late; checks it as the action would, with the history of its main branch, and prints the comment.
 * The demonstration went as it should when the gate says `fail`, and who is late.
 */
export async function demoCommand(options: { readonly output?: string }, output: Output): Promise<number> {
  const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-demo-'));
  try {
    makeDemoRepository(directory);
    const cache = { folder: mkdtempSync(path.join(directory, '.git', 'measured-')) };
    await recordMain(directory, cache, output);
    const report = await withOutputs(options.output, (outputs) => checkDemo(directory, cache, outputs, output));
    const late = report.schedules.flatMap(({ judgements }) => judgements).filter(({ verdict }) => verdict === 'fail');
    if (report.verdict !== 'fail') {
      output.note(`The demonstration should end with "fail" and ended with "${report.verdict}".`);
      return exitCodes.error;
    }
    if (!late.some(({ task }) => task === lateModel)) {
      output.note(`The demonstration should say that ${lateModel}, which did not change, is late, and does not.`);
      return exitCodes.error;
    }
    if (!report.comparisons.some(({ proposal }) => proposal !== null)) {
      output.note('The demonstration should propose a recipe with which a model would pass, and does not.');
      return exitCodes.error;
    }
    if (!report.comparisons.some(({ model, past }) => model === recordedModel && past?.peakRam?.moved != null)) {
      output.note(`The demonstration should show where ${recordedModel} has been, and does not.`);
      return exitCodes.error;
    }
    output.note(
      'The pull request fails its budgets and makes a model late, as it should: the demonstration ran as intended.',
    );
    return exitCodes.pass;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What pushes to main would have recorded. */
async function recordMain(directory: string, cache: MeasurementFolder, output: Output): Promise<void> {
  const repository = await openRepository(directory);
  const progress = openProgress(output);
  for (const revision of recordedCommits) {
    const branch = defaultHistoryBranch;
    const models = [recordedModel];
    await recordCommit({ repository, branch, revision, models, targets: [], cache, log: output.note, progress });
  }
  progress.end();
}

async function historyOf(directory: string): Promise<History> {
  const files = await readLocalHistory(await openRepository(directory), defaultHistoryBranch);
  return files === undefined ? emptyHistory : readHistory(files);
}

async function checkDemo(
  directory: string,
  cache: MeasurementFolder,
  outputs: Outputs | undefined,
  output: Output,
): Promise<GateReport> {
  const progress = openProgress(output);
  const { report } = await runGate({
    directory,
    base: 'main',
    head: 'pull-request',
    targets: [],
    cache,
    ...(outputs === undefined ? {} : { keep: outputs.keep }),
    log: output.note,
    progress,
  });
  progress.end();
  const comment = renderComment(report, { marker: '' });
  const isTerminal = output.resultOptions?.width !== undefined;
  output.result(isTerminal ? closeFolds(comment) : comment);
  if (outputs !== undefined) {
    const { page } = await outputs.finish(report);
    const trend = path.join(path.dirname(page), 'history.html');
    writeWhole(trend, new TextEncoder().encode(renderTrend(await historyOf(directory))));
    output.note(`The report with its figures: ${page}; where the numbers have been: ${trend}`);
  } else if (isTerminal) {
    output.note('The whole comment, and the report as a page: edge-ready demo --output FOLDER');
  }
  return report;
}
