import { appendFileSync } from 'node:fs';
import { error as annotateError, notice, setOutput, warning } from '@actions/core';
import type { Verdict } from '../judge/comparison.ts';
import { cell } from '../report/escape.ts';
import { forTerminal } from '../report/terminal.ts';
import type { RunContext } from './context.ts';

/** One line beside the code; `file` is relative to the repository. */
export interface PublishedAnnotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
}

/** Appends markdown to the job summary, and below it what went wrong beside the verdict; nothing where there is no summary. */
export function publishSummary(context: RunContext, markdown: string, problems: readonly string[]): void {
  if (context.summaryPath === null) return;
  const lines = problems.map((problem) => `> ⚠️ ${cell(problem)}`);
  appendFileSync(context.summaryPath, `${[markdown.trimEnd(), ...lines].join('\n\n')}\n`);
}

/** Prints annotations as workflow commands (escaped by the toolkit). */
export function publishAnnotations(annotations: readonly PublishedAnnotation[]): void {
  for (const { level, message, title, file, line } of annotations) {
    const print = level === 'error' ? annotateError : level === 'warning' ? warning : notice;
    print(forTerminal(message), {
      ...(title === undefined ? {} : { title: forTerminal(title) }),
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { startLine: line }),
    });
  }
}

/** What both actions put out. */
export interface Outputs {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly report: string;
  readonly page: string;
  readonly artifacts: string;
  readonly commentUrl: string;
}

/** Sets the step's outputs. */
export function publishOutputs(outputs: Outputs): void {
  setOutput('verdict', outputs.verdict);
  setOutput('summary', outputs.summary);
  setOutput('report', outputs.report);
  setOutput('page', outputs.page);
  setOutput('artifacts', outputs.artifacts);
  setOutput('comment-url', outputs.commentUrl);
}
