import { gateVersion } from '../basics/version.ts';
import { budgetsFor } from '../config/budgets.ts';
import { UserError } from '../errors.ts';
import { buildComparison } from '../judge/build-comparison.ts';
import { exitCodeOf } from '../judge/exit-code.ts';
import { measureModel } from '../measuring/measure.ts';
import { committed } from '../optimize/recipe.ts';
import { besideMeasured } from '../reference-networks/beside.ts';
import { referenceModel } from '../reference-networks/reference-model.ts';
import { renderComparisonText } from '../report/comparison-text.ts';
import { comparisonHeadline } from '../report/headline.ts';
import { jsonText } from '../report/json-text.ts';
import { openModelFile } from './model-file.ts';
import { type ModelOptions, readMeasureOptions } from './model-options.ts';
import type { Output } from './output.ts';
import { openProgress } from './progress.ts';
import { readTarget } from './target-option.ts';
import { writeWhole } from './write-whole.ts';

/**
 * `edge-ready compare BASE HEAD`: prints how two model files differ on a target, judged by the board's limits and the default increase.
 * Beside a public network (`--with`) the board's limits alone judge: nobody's model grew from there.
 */
export async function compareCommand(
  firstFile: string,
  secondFile: string | undefined,
  options: ModelOptions & { readonly json?: true; readonly html?: string; readonly with?: string },
  output: Output,
): Promise<number> {
  const target = await readTarget(options);
  const { before, after, baseFile, headFile } = sidesOf(firstFile, secondFile, options.with);
  const measureOptions = await readMeasureOptions(options, openProgress(output), before, after);
  const base = await measureModel(
    before,
    target,
    // A public network has weights that answer nothing.
    options.with === undefined ? measureOptions : { recipe: committed },
  );
  const head = await measureModel(after, target, measureOptions);
  const budgets = budgetsFor(null, headFile, target, { rule: 'base' });
  const compared = buildComparison({
    change: { path: headFile, state: 'compared', ...(baseFile === headFile ? {} : { previousPath: baseFile }) },
    target,
    base: options.with === undefined ? base : { ...base, structureOnly: true },
    head,
    budgets: options.with === undefined ? budgets : budgets.filter(({ limit: { kind } }) => kind === 'max'),
    saving: null,
    problems: [],
  });
  const comparison =
    options.with === undefined
      ? compared
      : { ...compared, beside: besideMeasured(head.measurement, options.with, base.measurement) ?? null };
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
  output.result(options.json ? jsonText(comparison) : renderComparisonText(comparison, output.resultOptions));
  return exitCodeOf(comparison.verdict);
}

/** The two models: both of files, or a public network and one of a file. */
function sidesOf(firstFile: string, secondFile: string | undefined, network: string | undefined) {
  if (network !== undefined) {
    if (secondFile !== undefined) throw new UserError('With --with there is one model to name, not two.');
    return { before: referenceModel(network), after: openModelFile(firstFile), baseFile: network, headFile: firstFile };
  }
  if (secondFile === undefined) throw new UserError('compare needs two models, or one and --with a public network.');
  return {
    before: openModelFile(firstFile),
    after: openModelFile(secondFile),
    baseFile: firstFile,
    headFile: secondFile,
  };
}
