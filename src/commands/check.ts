import { exitCodeOf } from '../exit-code.ts';
import { runGate } from '../gate.ts';
import { renderComment } from '../report/comment.ts';
import { renderText } from '../report/text.ts';
import { writeOutputs } from '../report/write-outputs.ts';
import { jsonText, type Output } from './output.ts';

/** The options of `edge-ready check`. */
export interface CheckOptions {
  readonly base?: string;
  readonly head?: string;
  readonly config?: string;
  readonly target?: readonly string[];
  readonly output?: string;
  readonly format: 'text' | 'markdown' | 'json';
}

/** `edge-ready check`: the gate on the repository of the working folder. */
export async function checkCommand(options: CheckOptions, output: Output): Promise<number> {
  const { base, head, config, target, output: folder, format } = options;
  const { report, produced } = await runGate({
    directory: process.cwd(),
    ...(base === undefined ? {} : { base }),
    ...(head === undefined ? {} : { head }),
    ...(config === undefined ? {} : { configPath: config }),
    targets: target ?? [],
    log: output.note,
  });
  if (format === 'json') output.result(jsonText(report));
  else output.result(format === 'markdown' ? renderComment(report, { marker: '' }) : renderText(report));
  if (folder !== undefined) {
    const files = await writeOutputs(report, produced, folder);
    output.note(`Written: ${files.report}, ${files.comment}, ${files.artifacts}`);
  }
  return exitCodeOf(report.verdict);
}
