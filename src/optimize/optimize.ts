import type { CalibrationOptions } from '../calibrate/calibrate.ts';
import type { DataSet } from '../data/data-set.ts';
import { UserError } from '../errors.ts';
import { writeModel } from '../formats/write-model.ts';
import type { Graph } from '../graph/graph.ts';
import { isQuantized } from '../quantize/is-quantized.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';
import { intoDialect, loadedBy, NotConvertible, simplifiedFor } from './into-dialect.ts';
import { finish, simplify } from './lossless.ts';
import { isFinal, type Model, type Optimized } from './model.ts';
import { prune } from './prune.ts';
import type { AppliedRecipe } from './recipe.ts';
import { store } from './store.ts';

/** What a recipe works with besides the model. */
export interface OptimizeOptions {
  /** Samples that ranges are taken from; without it they come from random inputs, and a finding says so. */
  readonly calibration?: DataSet;
  /** Sizes for open dimensions of ONNX models, by name or place: what ships has them fixed. */
  readonly dimensions?: Readonly<Record<string, number>>;
  readonly progress?: CalibrationOptions['progress'];
}

/**
 * The artifact that a recipe makes of a model for a target.
 * @throws UserError when a step can't be carried out: an operator without a counterpart in the runtime's format, samples that do not fit the model.
 */
export async function optimize(
  model: Model,
  recipe: AppliedRecipe,
  target: Target,
  options: OptimizeOptions = {},
): Promise<Optimized> {
  const { format, bytes, graph } = model;
  const runtime = runtimeOf(target.runtime);
  if (isFinal(model) && !runtime.loads.includes(format)) {
    throw new NotConvertible(
      `${loadedBy(runtime)}; a .ort is already rewritten for ONNX Runtime: give the .onnx that it was made from.`,
    );
  }
  if (recipe.numbers === 'none') {
    if (!runtime.loads.includes(format)) {
      throw new NotConvertible(`${loadedBy(runtime)}, and recipe none keeps a .${format}.`);
    }
    return { recipe, artifact: { format, bytes, graph }, findings: [] };
  }
  const made = await transformed(simplifiedFor(graph, runtime, options.dimensions, recipe), recipe, target, options);
  const finished = finish(made.graph, target, recipe.passes);
  return {
    recipe,
    artifact: { format: finished.dialect, bytes: writeModel(finished), graph: finished },
    findings: made.findings,
    ...(made.noise === undefined ? {} : { noise: made.noise }),
  };
}

/** Pruned, lowered into the runtime's operators where they are others, integer, and stored encoded: what of it the recipe says. */
async function transformed(
  simple: Graph,
  recipe: AppliedRecipe,
  target: Target,
  { calibration, dimensions, progress }: OptimizeOptions,
): Promise<{ readonly graph: Graph } & Pick<Optimized, 'findings' | 'noise'>> {
  const isInteger = isQuantized(simple);
  if (isInteger && (recipe.pruneChannels ?? recipe.pruneWeights) !== undefined) {
    throw new UserError(
      'Pruning needs the float model: the integers of a quantised one leave no room to correct what is lost.',
    );
  }
  const pruned = await prune(simple, recipe, calibration, dimensions);
  const source = pruned.graph === simple && recipe.pruneBy !== 'batch-norm' ? simple : simplify(pruned.graph);
  const becomesInteger = recipe.numbers !== 'lossless' && !isInteger;
  const lowered = await intoDialect(source, runtimeOf(target.runtime), dimensions, becomesInteger);
  const { makeIntegers } = await import('./make-integers.ts');
  const integers = becomesInteger
    ? await makeIntegers({ source, lowered }, recipe, target, calibration, progress === undefined ? {} : { progress })
    : { graph: lowered.graph, findings: [], noise: undefined };
  const simplified = integers.graph === simple ? simple : simplify(integers.graph);
  const stored = await store(simplified, recipe, target, calibration);
  return {
    graph: stored.graph,
    findings: [...pruned.findings, ...integers.findings, ...stored.findings],
    ...(integers.noise === undefined ? {} : { noise: integers.noise }),
  };
}
