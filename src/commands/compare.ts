import { budgetsFor } from '../config/budgets.ts';
import { exitCodeOf } from '../exit-code.ts';
import { buildComparison } from '../judge/build-comparison.ts';
import { measureModel } from '../measure.ts';
import { renderComparisonText } from '../report/comparison-text.ts';
import { comparisonHeadline } from '../report/headline.ts';
import { jsonText } from '../report/json-text.ts';
import { gateVersion } from '../version.ts';
import { openModelFile } from './model-file.ts';
import { type ModelOptions, readMeasureOptions } from './model-options.ts';
import type { Output } from './output.ts';
import { targetOption } from './target-option.ts';
import { writeWhole } from './write-whole.ts';

/** `edge-ready compare BASE HEAD`: prints how two model files differ on a target, judged by the board's limits and the default increase. */
export async function compareCommand(
  baseFile: string,
  headFile: string,
  options: ModelOptions & { readonly json?: true; readonly html?: string },
  output: Output,
): Promise<number> {
  const target = targetOption(options.target);
  const [before, after] = [openModelFile(baseFile), openModelFile(headFile)];
  const measureOptions = await readMeasureOptions(options, output, before, after);
  const base = await measureModel(before, target, measureOptions);
  const head = await measureModel(after, target, measureOptions);
  const comparison = buildComparison({
    change: { path: headFile, state: 'compared', ...(baseFile === headFile ? {} : { previousPath: baseFile }) },
    target,
    base,
    head,
    budgets: budgetsFor(null, headFile, target, { rule: 'base' }),
    saving: null,
    problems: [],
  });
  if (options.html !== undefined) {
    const { renderPage } = await import('../report/html/render-html.ts');
    const page = renderPage({
      verdict: comparison.verdict,
      headline: comparisonHeadline(comparison),
      origin: `${headFile} against ${baseFile} · edge-ready-gate ${gateVersion}`,
      comparisons: [comparison],
      schedules: [],
      notes: [],
      problems: [],
    });
    writeWhole(options.html, new TextEncoder().encode(page));
  }
  output.result(options.json ? jsonText(comparison) : renderComparisonText(comparison));
  return exitCodeOf(comparison.verdict);
}
