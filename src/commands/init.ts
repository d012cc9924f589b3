import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { plain } from '../basics/plain.ts';
import { messageOf, UserError } from '../errors.ts';
import { type Ask, askAnswers, assumedAnswers } from '../init/ask.ts';
import { installGitDriver } from '../init/git-driver.ts';
import { lookAtRepository, type Repository } from '../init/look-at-repository.ts';
import { planFiles } from '../init/plan-files.ts';
import { textconvCommand } from '../init/textconv-command.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { measureModel, openModel } from '../measuring/measure.ts';
import { automatic } from '../optimize/recipe.ts';
import { valueWords } from '../report/change-words.ts';
import { forTerminal } from '../report/terminal.ts';
import { textTable } from '../report/text-table.ts';
import { wrapLine } from '../report/wrap.ts';
import { resolveTarget } from '../targets/load.ts';
import type { Output } from './output.ts';
import { writeWhole } from './write-whole.ts';

/** Models that are measured at the end; more are told to `check`. */
const mostMeasured = 12;

export interface InitOptions {
  readonly yes?: true;
  readonly forks?: true;
}

/**
 * `edge-ready init`: looks at the repository, asks at most three questions, writes the configuration, the workflow and what git needs to show models as text where they are missing,
 * and shows what the gate makes of the models as they are. Nothing that exists is changed: twice is as once.
 */
export async function initCommand(
  options: InitOptions,
  output: Output,
  {
    directory = process.cwd(),
    ask = process.stdin.isTTY ? askTerminal : undefined,
  }: { readonly directory?: string; readonly ask?: Ask | undefined } = {},
): Promise<void> {
  const repository = await lookAtRepository(directory);
  for (const line of foundWords(repository)) output.note(line);
  const isAsking = options.yes === undefined && ask !== undefined && !repository.hasConfiguration;
  const forks = options.forks === true;
  const answers = isAsking ? await askAnswers(repository, forks, ask) : assumedAnswers(repository, forks);
  let changes = 0;
  for (const file of planFiles(repository, answers)) {
    const place = path.join(repository.root, ...file.path.split('/'));
    if (existsSync(place)) continue;
    mkdirSync(path.dirname(place), { recursive: true });
    writeWhole(place, new TextEncoder().encode(file.text));
    output.note(`Written: ${file.path}`);
    changes += 1;
  }
  for (const change of await installGitDriver(repository.root, textconvCommand(process.argv[1]))) {
    output.note(`Git shows changes of models as text: ${change}`);
    changes += 1;
  }
  if (changes === 0) output.note('Everything is there already; nothing was changed.');
  if (repository.hasConfiguration) {
    output.note('edge-ready.yml is kept as it is; edge-ready check judges by it.');
    return;
  }
  if (repository.models.length === 0) {
    output.note('There is no .onnx, .ort or .tflite yet: commit one, and the next pull request is checked.');
    return;
  }
  const rows = await measured(repository, answers.targets, output);
  output.result(rows);
  output.note('Next: commit these files, change a model, and run edge-ready check.');
}

function foundWords({ models, boards, calibration, evaluation, workflow }: Repository): readonly string[] {
  const some = (names: readonly string[]) =>
    `${names
      .slice(0, 3)
      .map((name) => plain(name, 60))
      .join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
  return [
    models.length === 0 ? 'No models found.' : `Models: ${some(models)}`,
    ...boards.map(({ board, file, name }) => `Board ${board}: ${plain(file, 60)} names ${plain(name, 40)}`),
    ...(calibration.length + evaluation.length === 0 ? [] : [`Data sets: ${some([...calibration, ...evaluation])}`]),
    ...(workflow === undefined ? [] : [`The gate is used already by ${plain(workflow, 60)}`]),
  ];
}

/** Every model on every target as it would be judged today, and below them in whole sentences why some don't run. */
async function measured({ root, models }: Repository, targets: readonly string[], output: Output): Promise<string> {
  const rows: string[][] = [];
  const reasons: string[] = [];
  for (const model of models.slice(0, mostMeasured)) {
    for (const target of targets) {
      const { cells, reason } = await judgedOn(root, model, target);
      rows.push([plain(model, 50), target, ...cells]);
      if (reason !== undefined) reasons.push(`${plain(model, 50)} on ${target}: ${plain(reason, 600)}`);
    }
  }
  if (models.length > mostMeasured) output.note(`${models.length - mostMeasured} more models are not shown here.`);
  const right = { align: 'right' } as const;
  const options = output.resultOptions ?? {};
  const table = textTable(
    [
      { title: 'Model', flexible: true },
      { title: 'Target' },
      { title: 'Peak RAM', ...right },
      { title: 'Flash', ...right },
      { title: 'Latency', ...right },
      { title: '' },
    ],
    rows,
    options,
  );
  return [table, ...reasons.map((reason) => wrapLine(reason, options))].join('\n');
}

async function judgedOn(
  root: string,
  model: string,
  target: string,
): Promise<{ readonly cells: readonly string[]; readonly reason?: string }> {
  try {
    const opened = openModel(readFileSync(path.join(root, model)), model);
    const { measurement } = await measureModel(opened, resolveTarget(target), { recipe: automatic });
    const { deployable, findings } = measurement;
    const figures = [cell(measurement, 'peakRam'), cell(measurement, 'flash'), cell(measurement, 'latency')];
    if (deployable) return { cells: [...figures, 'runs'] };
    const reason = findings.find(({ severity }) => severity === 'error')?.message;
    return { cells: [...figures, 'does not run'], ...(reason === undefined ? {} : { reason }) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { cells: ['–', '–', '–', 'not measured'], reason: messageOf(error) };
  }
}

function cell(measurement: Measurement, name: 'peakRam' | 'flash' | 'latency'): string {
  const metric = measurement[name];
  return metric === null ? '–' : valueWords(metric, name);
}

/** Asks on the terminal; the proposal stands in brackets and is what Enter gives. */
async function askTerminal(question: string, proposal: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await terminal.question(forTerminal(`${question} [${proposal}] `))).trim();
    return answer === '' ? proposal : answer;
  } finally {
    terminal.close();
  }
}
