import type { DataSet } from '../data/data-set.ts';
import { UserError } from '../errors.ts';
import { writeModel } from '../formats/write-model.ts';
import type { Graph } from '../graph/graph.ts';
import type { Finding } from '../runtimes/measurement.ts';
import type { Target } from '../targets/target.ts';
import { finish, simplify } from './lossless.ts';
import type { Model, Optimized } from './model.ts';
import type { AppliedRecipe } from './recipe.ts';

/**
 * The artifact that a recipe makes of a model for a target.
 * @throws UserError when the recipe needs what is not there: a calibration set, or a way to make integers of this format.
 */
export async function optimize(
  model: Model,
  recipe: AppliedRecipe,
  calibration: DataSet | undefined,
  target: Target,
): Promise<Optimized> {
  const { format, bytes, graph } = model;
  if (recipe.numbers === 'none') return { recipe, artifact: { format, bytes, graph }, findings: [] };
  const simple = simplify(graph, recipe.passes);
  const made =
    recipe.numbers === 'lossless' ? { graph: simple, findings: [] } : await quantized(model, simple, calibration);
  const finished = finish(made.graph, target, recipe.passes);
  return {
    recipe,
    artifact: { format: finished.dialect, bytes: writeModel(finished), graph: finished },
    findings: made.findings,
  };
}

async function quantized(
  model: Model,
  simple: Graph,
  calibration: DataSet | undefined,
): Promise<{ readonly graph: Graph; readonly findings: readonly Finding[] }> {
  const { isQuantized } = await import('../quantize/is-quantized.ts');
  if (isQuantized(model.graph)) return { graph: simple, findings: [] };
  if (model.format === 'tflite') {
    throw new UserError(
      `${model.path} is a float .tflite; recipe int8 makes integers from .onnx so far. Commit an int8 .tflite, or use recipe lossless.`,
    );
  }
  if (calibration === undefined) {
    throw new UserError(
      `Recipe int8 needs a calibration set for ${model.path}: give --calibration, or "calibration:" in edge-ready.yml.`,
    );
  }
  const { quantizeOnnx } = await import('../quantize/onnx/quantize-onnx.ts');
  return quantizeOnnx(simple, calibration);
}
