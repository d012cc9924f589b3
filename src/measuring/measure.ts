import type { Accuracy, Answers } from '../accuracy/accuracy.ts';
import type { AccuracyMetric } from '../accuracy/accuracy-metric.ts';
import type { Progress } from '../basics/progress.ts';
import type { DataSet } from '../data/data-set.ts';
import type { DeviceMetrics } from '../devices/device-result.ts';
import type { Device } from '../devices/measure-on-device.ts';
import type { ModelGraphs } from '../diff/side.ts';
import type { DutyCycle } from '../energy/duty-cycle.ts';
import { readModel } from '../formats/read-model.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/infer-shapes.ts';
import { refuseEndless } from '../graph/refuse-endless.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { decideRecipe } from '../optimize/decide-recipe.ts';
import { NotConvertible } from '../optimize/into-dialect.ts';
import type { Model, Optimized } from '../optimize/model.ts';
import { optimize } from '../optimize/optimize.ts';
import type { Recipe } from '../optimize/recipe.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Compiled, Estimate } from '../runtimes/runtime.ts';
import type { Target } from '../targets/target.ts';
import { joinMeasurement, notesAsFindings, unloadedMeasurement } from './join-measurement.ts';

/** A labelled data set and the metric that is taken on it. */
interface Evaluation {
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
  /** How often the model runs and from which battery: for average power and days. */
  readonly dutyCycle?: DutyCycle;
  /** Where measured numbers come from, instead of estimates. */
  readonly device?: Device;
  /** True where an estimate is enough and the target's compiler is not to be asked: many targets at a glance. */
  readonly estimateOnly?: boolean;
  /** Hears how far an evaluation is. */
  readonly progress?: Progress;
}

/** A Measurement with what is too large or too fleeting to be part of it. */
export interface Measured {
  readonly measurement: Measurement;
  readonly artifact: Uint8Array;
  /** By sample of the evaluation set: 1 where the answer was right. */
  readonly correct?: Uint8Array;
  /** The class that was answered to each of them. */
  readonly answers?: Answers;
  readonly graphs: ModelGraphs;
  /** The model that `graphs.artifact` was read from, where the target's compiler made something else of it. */
  readonly uncompiled?: Uint8Array;
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
  const recipe = decideRecipe(options.recipe, model, target, options.calibration !== undefined);
  try {
    return await measureOptimized(model, await optimize(model, recipe, target, options), target, options);
  } catch (error) {
    if (!(error instanceof NotConvertible)) throw error;
    const source = inferShapes(model.graph);
    return {
      artifact: model.bytes,
      graphs: { source, artifact: source },
      measurement: unloadedMeasurement({ ...model, graph: source }, target, error.message, options.dutyCycle),
    };
  }
}

/** All metrics of what a recipe made of a model; see `measureModel`. */
export async function measureOptimized(
  model: Model,
  optimized: Optimized,
  target: Target,
  {
    dimensions,
    dutyCycle,
    device,
    evaluation,
    estimateOnly = false,
    progress,
  }: Pick<MeasureOptions, 'device' | 'dimensions' | 'dutyCycle' | 'estimateOnly' | 'evaluation' | 'progress'>,
): Promise<Measured> {
  const runtime = runtimeOf(target.runtime);
  // What ships keeps its open dimensions; what is estimated is one inference with each of them known.
  const graph = inferShapes(optimized.artifact.graph, dimensions);
  const artifact = { ...optimized.artifact, graph };
  const modelled = withNoise(runtime.estimate(artifact, target), graph, optimized.noise);
  const compiled = estimateOnly ? undefined : await runtime.compile?.(artifact, target);
  const shipped = compiled ?? optimized.artifact;
  const onDevice = await askDevice(device, { model, target, shipped, deployable: modelled.deployable });
  const estimate = { ...modelled, ...compiled?.known, ...onDevice };
  const accuracy = await measureAccuracy(optimized, evaluation, progress);
  const source = inferShapes(model.graph, dimensions);
  return {
    artifact: shipped.bytes,
    ...(accuracy.metric === null ? {} : { correct: accuracy.correct, answers: accuracy.answers }),
    graphs: { source, artifact: graph },
    ...(compiled === undefined ? {} : { uncompiled: optimized.artifact.bytes }),
    measurement: joinMeasurement(
      { ...model, graph: source },
      target,
      { artifact: shipped, recipe: optimized.recipe, placedBy: compilerOf(compiled), dutyCycle },
      {
        ...estimate,
        accuracy: accuracy.metric,
        unavailable: { ...estimate.unavailable, ...(accuracy.metric === null ? { accuracy: accuracy.reason } : {}) },
        findings: [...notesAsFindings(model), ...optimized.findings, ...estimate.findings],
      },
    ),
  };
}

/** Layers with how near their results come to the float model's; a layer is known by its place in the graph and what it makes. */
function withNoise(estimate: Estimate, graph: Graph, noise: Optimized['noise']): Estimate {
  if (noise === undefined) return estimate;
  const layers = estimate.layers.map((layer) => {
    const operator = graph.operators[layer.index];
    const [output] = operator?.outputs ?? [];
    if (operator?.type !== layer.type || typeof output !== 'number') return layer;
    const decibels = noise.get(tensorAt(graph, output).name);
    return decibels === undefined ? layer : { ...layer, decibels };
  });
  return { ...estimate, layers };
}

/** The tool that placed the operators, as what it measured names it. */
function compilerOf(compiled: Compiled | undefined): string | undefined {
  if (compiled?.known.layers === undefined) return undefined;
  const { peakRam, latency, flash } = compiled.known;
  return [peakRam, latency, flash].find((metric) => metric?.basis === 'measured')?.source ?? "the target's compiler";
}

/** What the device says; nothing is asked of one that could not run the model. */
async function askDevice(
  device: Device | undefined,
  asked: {
    readonly model: Model;
    readonly target: Target;
    readonly shipped: { readonly format: string; readonly bytes: Uint8Array };
    readonly deployable: boolean;
  },
): Promise<DeviceMetrics> {
  if (device === undefined || !asked.deployable) return {};
  const { measureOnDevice } = await import('../devices/measure-on-device.ts');
  return measureOnDevice(device, {
    artifact: asked.shipped.bytes,
    format: asked.shipped.format,
    targetId: asked.target.id,
    model: asked.model.path,
  });
}

async function measureAccuracy(
  { artifact, findings }: Optimized,
  evaluation: Evaluation | undefined,
  progress: Progress | undefined,
): Promise<Accuracy> {
  if (evaluation === undefined)
    return {
      metric: null,
      reason: 'no evaluation set is configured for this model (evaluation: in edge-ready.yml, or --evaluation)',
    };
  if (findings.some(({ code }) => code === 'synthetic-calibration')) {
    return { metric: null, reason: 'the ranges of the integers come from random inputs: name a calibration set' };
  }
  refuseEndless(artifact.graph);
  if (artifact.format === 'tflite') {
    const { evaluateTflite } = await import('../accuracy/evaluate-tflite.ts');
    return evaluateTflite(artifact, evaluation, progress);
  }
  const { evaluateOnnx } = await import('../accuracy/evaluate-onnx.ts');
  const { loadOnnxRuntime } = await import('../onnx-runtime/load.ts');
  return evaluateOnnx(artifact, evaluation, await loadOnnxRuntime(), progress);
}
