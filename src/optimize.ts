import type { DataSet } from './data/data-set.ts';
import { UserError } from './errors.ts';
import { writeModel } from './formats/write-model.ts';
import type { Graph, ModelFormat } from './graph/graph.ts';
import { simplifyOnnx } from './passes/simplify.ts';
import { optimizeTflite } from './passes/tflite/optimize.ts';
import type { AppliedRecipe, Recipe } from './recipe.ts';
import type { Finding } from './runtimes/measurement.ts';
import { runtimeOf } from './runtimes/registry.ts';
import type { Artifact, Runtime } from './runtimes/runtime.ts';
import type { Target } from './targets/target.ts';

/** A model as it was committed. */
export interface Model {
  readonly path: string;
  readonly format: ModelFormat;
  readonly bytes: Uint8Array;
  readonly graph: Graph;
}

/** What a recipe made of a model. */
export interface Optimized {
  readonly recipe: AppliedRecipe;
  readonly artifact: Artifact;
  readonly findings: readonly Finding[];
}

/**
 * What `auto` means for a model: the committed bytes where the runtime loads them as they are, else integers where that can be done
 * (a float ONNX model with a calibration set), else what is lossless.
 */
export function decideRecipe(recipe: Recipe, model: Model, runtime: Runtime, hasCalibration: boolean): AppliedRecipe {
  if (recipe !== 'auto') return recipe;
  if (runtime.takesAsIs(model.graph)) return 'none';
  return model.format === 'onnx' && hasCalibration ? 'int8' : 'lossless';
}

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
  const finish = (graph: Graph) => artifactOf(model.format, runtimeOf(target.runtime).finish?.(graph, target) ?? graph);
  switch (recipe) {
    case 'none':
      return { recipe, artifact: { format: model.format, bytes: model.bytes, graph: model.graph }, findings: [] };
    case 'lossless':
      return { recipe, artifact: finish(lossless(model)), findings: [] };
    case 'int8':
      return quantized(model, calibration, finish);
  }
}

function lossless(model: Model): Graph {
  return model.format === 'onnx' ? simplifyOnnx(model.graph) : optimizeTflite(model.graph);
}

async function quantized(
  model: Model,
  calibration: DataSet | undefined,
  finish: (graph: Graph) => Artifact,
): Promise<Optimized> {
  const { isQuantized } = await import('./quantize/is-quantized.ts');
  if (isQuantized(model.graph)) {
    return { recipe: 'int8', artifact: finish(lossless(model)), findings: [] };
  }
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
  const { quantizeOnnx } = await import('./quantize/onnx/quantize-onnx.ts');
  const { loadOnnxRuntime } = await import('./onnx-runtime/load.ts');
  const result = await quantizeOnnx(lossless(model), calibration, {}, await loadOnnxRuntime());
  return { recipe: 'int8', artifact: finish(result.graph), findings: result.findings };
}

function artifactOf(format: ModelFormat, graph: Graph): Artifact {
  return { format, bytes: writeModel(graph), graph };
}
