import type { Progress } from '../basics/progress.ts';
import { bindInputs, type ModelInput } from '../data/bind-inputs.ts';
import type { DataSet } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { UserError } from '../errors.ts';
import { graphMacs } from '../graph/macs.ts';
import { type Interpreter, openInterpreter } from '../kernels/run-graph.ts';
import type { TypedArray, Value } from '../kernels/values.ts';
import { unpackWeights } from '../passes/tflite/unpack-weights.ts';
import type { Artifact } from '../runtimes/runtime.ts';
import { type Accuracy, accuracyOf } from './accuracy.ts';
import type { AccuracyMetric } from './accuracy-metric.ts';
import { classLabels } from './class-labels.ts';
import { openPool } from './threads/pool.ts';
import { type Batch, runSamples } from './threads/run-samples.ts';
import { isAmongHighest, mostLikely } from './top-k.ts';

/** Enough that a thread is not kept waiting, few enough to show progress and to spread small sets. */
const samplesPerBatch = 16;

/**
 * Runs a TensorFlow Lite model on every sample of a labelled data set, in the arithmetic of TensorFlow Lite Micro, and counts how often its first output has the label among the highest.
 * Samples are independent: state is reset before each. Large evaluations are spread over threads, with the same result.
 * @throws UserError when the data set has no usable labels or does not fit the model.
 */
export async function evaluateTflite(
  artifact: Artifact,
  { data, metric }: { readonly data: DataSet; readonly metric: AccuracyMetric },
  progress?: Progress,
): Promise<Accuracy> {
  const labels = classLabels(data);
  const interpreter = opened(artifact);
  if (typeof interpreter === 'string') return { metric: null, reason: interpreter };
  const inputs = modelInputs(artifact.graph);
  const output = interpreter.outputs[0];
  if (output === undefined) return { metric: null, reason: 'the model has no outputs' };
  const k = metric === 'top-1' ? 1 : 5;
  const correct = new Uint8Array(data.count);
  const chosen = new Int32Array(data.count);
  const classes = Math.max(2, output.values.length);
  const pool = openPool(artifact.bytes, graphMacs(artifact.graph) * data.count);
  const judge = (scores: TypedArray, index: number) => {
    const label = labels[index] ?? 0;
    if (label >= classes) {
      throw new UserError(
        `${data.path} has label ${label}, but the model's output "${output.name}" has ${output.values.length} classes.`,
      );
    }
    const real = inRealUnits(scores, output);
    correct[index] = Number(isAmongHighest(real, label, k));
    chosen[index] = mostLikely(real);
  };
  try {
    // As many batches are under way as there are threads; more would hold samples in memory for nothing.
    const underWay = new Set<Promise<void>>();
    for (let start = 0; start < data.count; start += samplesPerBatch) {
      const batch = await bindBatch(data, inputs, start);
      const run = (pool?.run(batch) ?? Promise.resolve(runSamples(interpreter, batch))).then((outputs) => {
        for (const [offset, scores] of outputs.entries()) judge(scores, start + offset);
      });
      const settled: Promise<void> = run.finally(() => underWay.delete(settled));
      underWay.add(settled);
      if (underWay.size >= (pool?.threads ?? 1)) await Promise.race(underWay);
      progress?.(Math.min(start + samplesPerBatch, data.count), data.count);
    }
    await Promise.all(underWay);
  } finally {
    await pool?.close();
  }
  return accuracyOf(correct, { labels, chosen, classes }, metric, data, 'the kernels of TensorFlow Lite Micro');
}

async function bindBatch(data: DataSet, inputs: readonly ModelInput[], start: number): Promise<Batch> {
  const batch: TypedArray[][] = [];
  for (let index = start; index < Math.min(start + samplesPerBatch, data.count); index += 1) {
    const bound = bindInputs(await data.sample(index), inputs, data.path);
    batch.push(inputs.map(({ name }) => ownCopy(bound[name]?.data as TypedArray)));
  }
  return batch;
}

/** What is sent to a thread is copied with all of its buffer, which for a view of a data set is the whole set. */
function ownCopy(array: TypedArray): TypedArray {
  return array.byteLength === array.buffer.byteLength ? array : array.slice();
}

/** A device would refuse the model too; the finding says so, accuracy only that it can't be had. */
function opened({ graph }: Artifact): Interpreter | string {
  try {
    return openInterpreter(unpackWeights(graph));
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Integers of one output are ordered as their real values are; a single one is compared with 0.5 and needs its real value. */
function inRealUnits(scores: TypedArray, output: Value): ArrayLike<number | bigint> {
  if (scores.length > 1 || output.scale === 0) return scores;
  return [(Number(scores[0]) - output.zeroPoint) * output.scale];
}
