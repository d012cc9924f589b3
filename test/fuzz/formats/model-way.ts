import { UserError } from '../../../src/errors.ts';
import { writeModel } from '../../../src/formats/write-model.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { buildComparison, type Side } from '../../../src/judge/build-comparison.ts';
import { measureModel, openModel } from '../../../src/measuring/measure.ts';
import type { Model } from '../../../src/optimize/model.ts';
import { committed, lossless } from '../../../src/optimize/recipe.ts';
import { gateReportSchema } from '../../../src/report/report-schema.ts';
import { runtimeOf } from '../../../src/runtimes/registry.ts';
import type { Target } from '../../../src/targets/target.ts';
import { report } from '../../support/measurements.ts';
import { renderedEverywhere } from './rendered.ts';

/** What a bug is told from a refusal by. */
class Contradiction extends Error {}

/**
 * The whole way of a model through the gate: read, shapes inferred, written and read again, measured as committed and as optimised without loss on
 * each target (and estimated on others), what was made read again, the figures put into a report, which has to be one, and the report rendered.
 */
export async function modelWay(
  bytes: Uint8Array,
  file: string,
  targets: readonly Target[],
  estimated: readonly Target[] = [],
): Promise<string> {
  const model = openModel(bytes, file, { externalData: () => new Uint8Array(64) });
  const rewritten = attempt(() => writeModel(model.graph));
  if (rewritten !== undefined) reopened(rewritten, 'what was read and written');
  const graph = inferShapes(model.graph);
  // Not by `measureModel`, which would ask for the target's own compiler.
  for (const target of estimated) {
    attempt(() => runtimeOf(target.runtime).estimate({ format: model.format, bytes, graph }, target));
  }
  let measured = 0;
  for (const target of targets) {
    for (const recipe of [committed, lossless]) measured += (await isMeasured(model, target, recipe)) ? 1 : 0;
  }
  return measured > 0 ? 'measured' : 'read';
}

async function isMeasured(model: Model, target: Target, recipe: typeof lossless): Promise<boolean> {
  const result = await measureModel(model, target, { recipe }).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (result === undefined) return false;
  const { measurement, graphs, artifact } = result;
  if (recipe === lossless) reopened(artifact, 'what was optimised');
  expectReport({ measurement, graphs }, target);
  return measurement.deployable;
}

/** The measurement as it goes into a report and, through JSON, into another job, and all that is written of it there. */
export function expectReport(side: Side, target: { readonly name: string; readonly id: string }): void {
  const change = { path: side.measurement.model.path, state: 'compared' as const };
  const made = buildComparison({ change, target, base: side, head: side, budgets: [], saving: null, problems: [] });
  const parsed = gateReportSchema.safeParse(JSON.parse(JSON.stringify(report([made]))));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Contradiction(`the report is none: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  renderedEverywhere(parsed.data);
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function reopened(bytes: Uint8Array, what: string): void {
  try {
    openModel(bytes, 'again', { externalData: () => new Uint8Array(64) });
  } catch (error) {
    throw new Contradiction(`${what} cannot be read again: ${error instanceof Error ? error.message : error}`);
  }
}
