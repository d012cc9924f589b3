import { cacheFolder } from '../cache/cache-folder.ts';
import { runGate } from '../gate.ts';
import { exitCodeOf } from '../judge/exit-code.ts';
import { renderComment } from '../report/comment.ts';
import { jsonText } from '../report/json-text.ts';
import { renderJunit } from '../report/junit.ts';
import type { TextOptions } from '../report/look.ts';
import type { GateReport } from '../report/report-schema.ts';
import { renderSarif } from '../report/sarif.ts';
import { renderText } from '../report/text.ts';
import { type Outputs, withOutputs } from '../report/write-outputs.ts';
import type { Output } from './output.ts';
import { openProgress } from './progress.ts';

/** The options of `edge-ready check`. */
export interface CheckOptions {
  readonly base?: string;
  readonly head?: string;
  readonly config?: string;
  readonly target?: readonly string[];
  readonly output?: string;
  /** False: everything is measured. */
  readonly cache: boolean;
  readonly format: CheckFormat;
}

/** What `--format` may be, and how each is made. */
const renderers = {
  text: renderText,
  markdown: (report) => renderComment(report, { marker: '' }),
  json: (report) => jsonText(report),
  sarif: (report) => renderSarif(report),
  junit: (report) => renderJunit(report),
} as const satisfies Readonly<Record<string, (report: GateReport, options: TextOptions) => string>>;

type CheckFormat = keyof typeof renderers;

/** `edge-ready check`: the gate on the repository of the working folder. */
export function checkCommand(options: CheckOptions, output: Output): Promise<number> {
  return withOutputs(options.output, (outputs) => check(options, outputs, output));
}

async function check(options: CheckOptions, outputs: Outputs | undefined, output: Output): Promise<number> {
  const { base, head, config, target, cache, format } = options;
  const progress = openProgress(output);
  const { report } = await runGate({
    directory: process.cwd(),
    ...(base === undefined ? {} : { base, needsBase: true }),
    ...(head === undefined ? {} : { head }),
    ...(config === undefined ? {} : { configPath: config }),
    ...(cache ? { cache: { folder: cacheFolder() } } : {}),
    ...(outputs === undefined ? {} : { keep: outputs.keep }),
    targets: target ?? [],
    log: output.note,
    progress,
  });
  progress.end();
  output.result(renderers[format](report, output.resultOptions ?? {}));
  if (outputs !== undefined) {
    const files = await outputs.finish(report);
    output.note(`Written: ${files.report}, ${files.comment}, ${files.page}, ${files.artifacts}`);
  }
  return exitCodeOf(report.verdict);
}
