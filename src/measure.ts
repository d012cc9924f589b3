import { createHash } from 'node:crypto';
import type { Accuracy, Progress } from './accuracy/accuracy.ts';
import type { AccuracyMetric } from './accuracy/accuracy-metric.ts';
import type { DataSet } from './data/data-set.ts';
import { readModel } from './formats/read-model.ts';
import { inferShapes } from './graph/infer-shapes.ts';
import { graphMacs } from './graph/macs.ts';
import { graphParameters } from './graph/parameters.ts';
import { decideRecipe } from './optimize/decide-recipe.ts';
import { NotConvertible } from './optimize/into-dialect.ts';
import type { Model, Optimized } from './optimize/model.ts';
import { optimize } from './optimize/optimize.ts';
import { type AppliedRecipe, committed, type Recipe, recipeText } from './optimize/recipe.ts';
import type { Finding, Measurement } from './runtimes/measurement.ts';
import { runtimeOf } from './runtimes/registry.ts';
import type { Estimate } from './runtimes/runtime.ts';
import type { Target } from './targets/target.ts';

/** A labelled data set and the metric that is taken on it. */
export interface Evaluation {
  readonly data: DataSet;
  readonly metric: AccuracyMetric;
}

/** What may be done to a model, and what it is done with. */
export interface MeasureOptions {
  readonly recipe: Recipe;
  readonly calibration?: DataSet;
  readonly evaluation?: Evaluation;
  /** Sizes for symbolic dimensions of ONNX models, by name; those left out that lead a shape are 1. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Hears how far an evaluation is. */
  readonly progress?: Progress;
}

/** A Measurement with what is too large or too fleeting to be part of it. */
export interface Measured {
  readonly measurement: Measurement;
  readonly artifact: Uint8Array;
  /** By sample of the evaluation set: 1 where the answer was right. */
  readonly correct?: Uint8Array;
}

/**
 * Reads a model file.
 * @throws UserError when the bytes are not a model.
 */
export function openModel(
  bytes: Uint8Array,
  path: string,
  options: { readonly externalData?: (relativePath: string) => Uint8Array | undefined } = {},
): Model {
  const { format, graph } = readModel(bytes, path, options);
  return { path, format, bytes, graph };
}

/**
 * All metrics of a model on a target: optimised by the recipe, compiled for the runtime, estimated, and run on the evaluation set.
 * A model that can't be had in a format that the runtime loads gets a finding that says why, and no numbers.
 * @throws UserError when the recipe cannot be carried out.
 */
export async function measureModel(model: Model, target: Target, options: MeasureOptions): Promise<Measured> {
  const runtime = runtimeOf(target.runtime);
  const recipe = decideRecipe(options.recipe, model, runtime, options.calibration !== undefined);
  try {
    return await measureOptimized(model, await optimize(model, recipe, target, options), target, options);
  } catch (error) {
    if (error instanceof NotConvertible) return notLoaded(model, target, error.message);
    throw error;
  }
}

/** All metrics of what a recipe made of a model; see `measureModel`. */
export async function measureOptimized(
  model: Model,
  optimized: Optimized,
  target: Target,
  { dimensions, evaluation, progress }: Pick<MeasureOptions, 'dimensions' | 'evaluation' | 'progress'>,
): Promise<Measured> {
  const runtime = runtimeOf(target.runtime);
  // What ships keeps its open dimensions; what is estimated is one inference with each of them known.
  const graph = inferShapes(optimized.artifact.graph, dimensions);
  const artifact = { ...optimized.artifact, graph };
  const modelled = runtime.estimate(artifact, target);
  const compiled = await runtime.compile?.(artifact, target);
  const estimate = { ...modelled, ...compiled?.known };
  const shipped = compiled ?? optimized.artifact;
  const accuracy = await measureAccuracy(optimized, evaluation, progress);
  return {
    artifact: shipped.bytes,
    ...(accuracy.metric === null ? {} : { correct: accuracy.correct }),
    measurement: joinMeasurement(
      model,
      target,
      { dimensions, artifact: shipped, recipe: optimized.recipe },
      {
        ...estimate,
        accuracy: accuracy.metric,
        unavailable: { ...estimate.unavailable, ...(accuracy.metric === null ? { accuracy: accuracy.reason } : {}) },
        findings: [...notesAsFindings(model), ...optimized.findings, ...estimate.findings],
      },
    ),
  };
}

async function measureAccuracy(
  { artifact, findings }: Optimized,
  evaluation: Evaluation | undefined,
  progress: Progress | undefined,
): Promise<Accuracy> {
  if (evaluation === undefined) return { metric: null, reason: 'no evaluation set is configured for this model' };
  if (findings.some(({ code }) => code === 'synthetic-calibration')) {
    return { metric: null, reason: 'the ranges of the integers come from random inputs: name a calibration set' };
  }
  if (artifact.format === 'tflite') {
    const { evaluateTflite } = await import('./accuracy/evaluate-tflite.ts');
    return evaluateTflite(artifact, evaluation, progress);
  }
  const { evaluateOnnx } = await import('./accuracy/evaluate-onnx.ts');
  const { loadOnnxRuntime } = await import('./onnx-runtime/load.ts');
  return evaluateOnnx(artifact, evaluation, await loadOnnxRuntime(), progress);
}

function notLoaded(model: Model, target: Target, reason: string): Measured {
  const unavailable = { peakRam: reason, flash: reason, latency: reason, energy: reason, accuracy: reason };
  return {
    artifact: model.bytes,
    measurement: joinMeasurement(
      model,
      target,
      { dimensions: undefined, artifact: model, recipe: committed },
      {
        deployable: false,
        peakRam: null,
        flash: null,
        latency: null,
        energy: null,
        accuracy: null,
        unavailable,
        memory: null,
        parts: { peakRam: [], flash: [] },
        layers: [],
        findings: [
          ...notesAsFindings(model),
          {
            code: 'format-not-loaded',
            severity: 'error',
            message: `${reason} Change the model, or say in edge-ready.yml with "targets:" where ${model.path} ships to.`,
          },
        ],
      },
    ),
  };
}

/** Parts of the file that were kept without being understood are told, not hidden. */
function notesAsFindings(model: Model): readonly Finding[] {
  return model.graph.notes.map((message) => ({ code: 'not-understood', severity: 'info', message }));
}

type Known = Omit<Estimate, 'unavailable'> & Pick<Measurement, 'accuracy' | 'unavailable' | 'findings'>;

/** The bytes that ship, what made them, and the sizes that open dimensions were given. */
interface Shipped {
  readonly artifact: { readonly format: string; readonly bytes: Uint8Array };
  readonly recipe: AppliedRecipe;
  readonly dimensions: Readonly<Record<string, number>> | undefined;
}

function joinMeasurement(
  model: Model,
  target: Target,
  { artifact, recipe, dimensions }: Shipped,
  known: Known,
): Measurement {
  const graph = inferShapes(model.graph, dimensions);
  return {
    schemaVersion: 1,
    model: {
      path: model.path,
      format: model.format,
      bytes: model.bytes.byteLength,
      sha256: sha256(model.bytes),
      parameters: graphParameters(graph),
      macs: graphMacs(graph),
      operators: model.graph.operators.length,
    },
    target: { id: target.id, board: target.board.id, runtime: target.runtime },
    artifact: {
      format: artifact.format,
      bytes: artifact.bytes.byteLength,
      sha256: sha256(artifact.bytes),
      recipe: recipeText(recipe),
    },
    deployable: known.deployable,
    peakRam: known.peakRam,
    flash: known.flash,
    latency: known.latency,
    energy: known.energy,
    accuracy: known.accuracy,
    unavailable: known.unavailable,
    memory: known.memory,
    parts: { peakRam: [...known.parts.peakRam], flash: [...known.parts.flash] },
    layers: [...known.layers],
    findings: [...known.findings],
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
