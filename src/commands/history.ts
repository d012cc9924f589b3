import { suggestion } from '../basics/nearest.ts';
import { cacheFolder } from '../cache/cache-folder.ts';
import { commitDetails } from '../changes/commit-details.ts';
import { globMatcher } from '../changes/glob.ts';
import { findCommit, openRepository, type Repository } from '../changes/repository.ts';
import { webAddress } from '../changes/web-address.ts';
import { type BudgetKey, budgetKeys } from '../config/metric-rules.ts';
import { UserError } from '../errors.ts';
import { checkBranchName } from '../history/branch.ts';
import { type History, readHistory } from '../history/files.ts';
import { gitStore, readLocalHistory } from '../history/git-store.ts';
import { allSeries } from '../history/series.ts';
import { exitCodes } from '../judge/exit-code.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';
import { recordCommit } from '../record-commit.ts';
import { type HistoryView, renderHistoryText } from '../report/history-text.ts';
import { renderTrend } from '../report/html/render-trend.ts';
import { jsonText } from '../report/json-text.ts';
import type { Output } from './output.ts';
import { openProgress } from './progress.ts';
import { writeWhole } from './write-whole.ts';

/** The options of `edge-ready history`. */
export interface HistoryOptions {
  readonly target?: readonly string[];
  readonly metric?: readonly string[];
  readonly since?: string;
  readonly branch: string;
  readonly html?: string;
  readonly json?: true;
  /** The commit to measure and record; true for HEAD. */
  readonly record?: string | true;
  /** The remote to push to; true for origin. */
  readonly push?: string | true;
  readonly config?: string;
}

/** `edge-ready history [MODEL]`: prints what is recorded of models, and with `--record` measures a commit's models and records them first. */
export async function historyCommand(
  model: string | undefined,
  options: HistoryOptions,
  output: Output,
): Promise<number> {
  const repository = await openRepository(process.cwd());
  const branch = checkBranchName(options.branch);
  const metrics = (options.metric ?? []).map(metricOption);
  if (options.push !== undefined && options.record === undefined)
    throw new UserError('--push goes with --record: it says where the record goes.');
  const code = options.record === undefined ? exitCodes.pass : await record(repository, branch, options, output);

  const remote = remoteOf(options);
  const files =
    remote === undefined
      ? await readLocalHistory(repository, branch)
      : (await gitStore(repository, branch, remote).read()).files;
  if (files === undefined) {
    throw new UserError(
      `This clone has no branch ${branch}: get it with "git fetch origin ${branch}:${branch}", or begin it with "edge-ready history --record".`,
    );
  }
  const history = readHistory(files);
  if (history.ignored > 0) output.note(`${history.ignored} lines of ${branch} were not understood and are left out.`);
  const chosen = choose(history, model, options.target);
  if (options.html !== undefined) {
    const page = renderTrend(chosen, await webAddress(repository));
    writeWhole(options.html, new TextEncoder().encode(page));
    output.note(`Written: ${options.html}`);
  }
  const since = options.since === undefined ? {} : { since: await momentOf(repository, options.since) };
  const view: HistoryView = { series: allSeries(chosen), metrics, ...since };
  output.result(options.json ? jsonText(chosen.lines) : renderHistoryText(view, output.resultOptions));
  return code;
}

async function record(
  repository: Repository,
  branch: string,
  options: HistoryOptions,
  output: Output,
): Promise<number> {
  const progress = openProgress(output);
  const { commit, measured, recorded, problems } = await recordCommit({
    repository,
    branch,
    remote: remoteOf(options),
    revision: typeof options.record === 'string' ? options.record : 'HEAD',
    ...(options.config === undefined ? {} : { configPath: options.config }),
    targets: options.target ?? [],
    cache: { folder: cacheFolder() },
    log: output.note,
    progress,
  });
  progress.end();
  const name = commit.slice(0, 10);
  output.note(
    recorded === 0
      ? `Nothing of ${name} is new; ${branch} stays as it is.`
      : `Recorded ${recorded} of ${measured} measurements of ${name} on ${branch}.`,
  );
  for (const problem of problems) output.note(`Not recorded: ${problem}`);
  return problems.length === 0 ? exitCodes.pass : exitCodes.error;
}

function remoteOf({ push }: HistoryOptions): string | undefined {
  return push === true ? 'origin' : push;
}

function choose(history: History, model: string | undefined, targets: readonly string[] | undefined): History {
  const matches = model === undefined ? () => true : globMatcher(model.replace(/^\.\//, ''));
  const wanted = allSeries(history).filter(
    (series) =>
      matches(series.model) &&
      (targets === undefined ||
        series.lines.some(({ target, targetId }) => targets.includes(target) || targets.includes(targetId))),
  );
  return { ...history, lines: wanted.flatMap(({ lines }) => lines) };
}

/** `peak-ram`, as budgets call it. @throws UserError for what is no metric */
function metricOption(text: string): MetricName {
  const known = Object.keys(budgetKeys).filter((key) => isMetric(budgetKeys[key as BudgetKey]));
  const name: string | undefined = Object.hasOwn(budgetKeys, text) ? budgetKeys[text as BudgetKey] : undefined;
  const metric = metricNames.find((each) => each === name);
  if (metric === undefined) throw new UserError(`There is no metric "${text}"${suggestion(text, known)}`);
  return metric;
}

function isMetric(name: string): boolean {
  return metricNames.some((each) => each === name);
}

async function momentOf(repository: Repository, revision: string) {
  const sha = await findCommit(repository, revision);
  if (sha === undefined)
    throw new UserError(`There is no commit "${revision}" in this clone; git fetch --tags may bring it.`);
  return { label: revision, time: (await commitDetails(repository, sha)).time };
}
