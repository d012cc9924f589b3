import { bindInputs } from '../data/bind-inputs.ts';
import type { DataSet } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { UserError } from '../errors.ts';
import { type Interpreter, openInterpreter } from '../kernels/run-graph.ts';
import type { TypedArray, Value } from '../kernels/values.ts';
import type { Artifact } from '../runtimes/runtime.ts';
import { type Accuracy, accuracyOf } from './accuracy.ts';
import type { AccuracyMetric } from './accuracy-metric.ts';
import { classLabels } from './class-labels.ts';
import { isAmongHighest } from './top-k.ts';

/**
 * Runs a TensorFlow Lite model on every sample of a labelled data set, in the arithmetic of TensorFlow Lite Micro, and counts how often its first output has the label among the highest.
 * Samples are independent: state is reset before each.
 * @throws UserError when the data set has no usable labels or does not fit the model.
 */
export async function evaluateTflite(
  artifact: Artifact,
  { data, metric }: { readonly data: DataSet; readonly metric: AccuracyMetric },
): Promise<Accuracy> {
  const labels = classLabels(data);
  const interpreter = opened(artifact);
  if (typeof interpreter === 'string') return { metric: null, reason: interpreter };
  const inputs = modelInputs(artifact.graph);
  const output = interpreter.outputs[0];
  if (output === undefined) return { metric: null, reason: 'the model has no outputs' };
  const k = metric === 'top-1' ? 1 : 5;
  const correct = new Uint8Array(data.count);
  for (let index = 0; index < data.count; index += 1) {
    const bound = bindInputs(await data.sample(index), inputs, data.path);
    interpreter.reset();
    const [scores] = interpreter.run(inputs.map(({ name }) => bound[name]?.data as TypedArray));
    const label = labels[index] ?? 0;
    if (scores === undefined || label >= Math.max(2, scores.length)) {
      throw new UserError(
        `${data.path} has label ${label}, but the model's output "${output.name}" has ${output.values.length} classes.`,
      );
    }
    correct[index] = Number(isAmongHighest(inRealUnits(scores, output), label, k));
  }
  return accuracyOf(correct, metric, data, 'the kernels of TensorFlow Lite Micro');
}

/** A device would refuse the model too; the finding says so, accuracy only that it can't be had. */
function opened({ graph }: Artifact): Interpreter | string {
  try {
    return openInterpreter(graph);
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
