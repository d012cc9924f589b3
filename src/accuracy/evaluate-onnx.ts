import type { Progress } from '../basics/progress.ts';
import { bindInputs } from '../data/bind-inputs.ts';
import type { DataSet } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { UserError } from '../errors.ts';
import { type OnnxRuntime, OnnxRuntimeError, type OnnxSession, type OnnxValue } from '../onnx-runtime/session.ts';
import type { Artifact } from '../runtimes/runtime.ts';
import { type Accuracy, type Answers, accuracyOf } from './accuracy.ts';
import type { AccuracyMetric } from './accuracy-metric.ts';
import { classLabels } from './class-labels.ts';
import { isAmongHighest, mostLikely } from './top-k.ts';

/**
 * Runs an ONNX model on every sample of a labelled data set, one at a time on one thread, and counts how often its first output has the label among the highest.
 * @throws UserError when the data set has no usable labels or does not fit the model.
 */
export async function evaluateOnnx(
  artifact: Artifact,
  evaluation: { readonly data: DataSet; readonly metric: AccuracyMetric },
  runtime: OnnxRuntime,
  progress?: Progress,
): Promise<Accuracy> {
  const labels = classLabels(evaluation.data);
  const session = await opened(artifact.bytes, runtime);
  if (typeof session === 'string') return { metric: null, reason: session };
  try {
    const { correct, answers } = await outcomes(session, artifact, evaluation, labels, progress);
    return accuracyOf(correct, answers, evaluation.metric, evaluation.data, `ONNX Runtime ${runtime.version}`);
  } catch (error) {
    if (error instanceof OnnxRuntimeError)
      return { metric: null, reason: `ONNX Runtime ${runtime.version} fails on the model: ${firstLine(error)}` };
    throw error;
  } finally {
    await session.close();
  }
}

async function opened(model: Uint8Array, runtime: OnnxRuntime): Promise<OnnxSession | string> {
  try {
    return await runtime.open(model);
  } catch (error) {
    if (error instanceof OnnxRuntimeError)
      return `ONNX Runtime ${runtime.version} does not load the model: ${firstLine(error)}`;
    throw error;
  }
}

async function outcomes(
  session: OnnxSession,
  artifact: Artifact,
  { data, metric }: { readonly data: DataSet; readonly metric: AccuracyMetric },
  labels: Int32Array,
  progress: Progress | undefined,
): Promise<{ readonly correct: Uint8Array; readonly answers: Answers }> {
  const inputs = modelInputs(artifact.graph);
  const k = metric === 'top-1' ? 1 : 5;
  const correct = new Uint8Array(data.count);
  const chosen = new Int32Array(data.count);
  let classes = 2;
  for (let index = 0; index < data.count; index += 1) {
    const results = await session.run(bindInputs(await data.sample(index), inputs, data.path));
    const label = labels[index] ?? 0;
    const found = scores(session, results, label, data.path);
    correct[index] = Number(isAmongHighest(found, label, k));
    chosen[index] = mostLikely(found);
    classes = Math.max(classes, found.length);
    progress?.(index + 1, data.count);
  }
  return { correct, answers: { labels, chosen, classes } };
}

function scores(
  session: OnnxSession,
  results: Readonly<Record<string, OnnxValue>>,
  label: number,
  path: string,
): ArrayLike<number | bigint> {
  const name = session.outputs[0]?.name ?? '';
  const output = results[name]?.data;
  if (output === undefined) throw new OnnxRuntimeError('it has no outputs');
  if (label >= Math.max(2, output.length)) {
    throw new UserError(`${path} has label ${label}, but the model's output "${name}" has ${output.length} classes.`);
  }
  return output;
}

function firstLine(error: Error): string {
  return (error.message.split('\n')[0] ?? '').slice(0, 500);
}
