import { calibrate } from '../../calibrate/calibrate.ts';
import { addValues, type Histogram, newHistogram } from '../../calibrate/histogram.ts';
import { type Observer, observedRange } from '../../calibrate/range.ts';
import type { DataSet } from '../../data/data-set.ts';
import { opsetVersion, withOpset } from '../../formats/onnx/opset.ts';
import { isConstant, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { inferShapes } from '../../graph/infer-shapes.ts';
import { type OnnxRuntime, OnnxRuntimeError } from '../../onnx-runtime/session.ts';
import type { Finding } from '../../runtimes/measurement.ts';
import { activationParameters, type IntegerParameters, roundRange } from '../integer-parameters.ts';
import { isQuantized } from '../is-quantized.ts';
import { insertQdq } from './insert-qdq.ts';
import { normalizeGemm } from './normalize-gemm.ts';
import { type Plan, planQuantization } from './plan.ts';
import { raiseOpset } from './raise-opset.ts';
import { schemeOf } from './schemes.ts';

export interface QuantizeOptions {
  /** How ranges are chosen; `mse` by default. */
  readonly observer?: Observer;
  /** Samples to use at most, spread evenly over the set; 512 by default. */
  readonly samples?: number;
}

/** The first operator set whose QuantizeLinear takes a scale per channel. */
const leastOpset = 13;

/**
 * A float ONNX graph, best simplified before, as int8 QDQ: weights per channel and symmetric, biases int32, activations per tensor and asymmetric with ranges from running
 * the calibration samples. A graph that is quantised already comes back as it is. Operators that have no integer kernel stay in float; findings say which.
 * A model that ONNX Runtime does not load stays as it is, with a finding that says why.
 * @throws UserError when the samples do not fit the model or ONNX Runtime fails on one, or its operator set cannot be raised to 13.
 */
export async function quantizeOnnx(
  original: Graph,
  data: DataSet,
  options: QuantizeOptions,
  runtime: OnnxRuntime,
): Promise<{ readonly graph: Graph; readonly findings: readonly Finding[] }> {
  if (isQuantized(original)) {
    return {
      graph: original,
      findings: [
        {
          code: 'already-quantized',
          severity: 'info',
          message: 'The model is quantised already and is kept as it is.',
        },
      ],
    };
  }
  const version = Math.max(leastOpset, opsetVersion(original, '') ?? leastOpset);
  const graph = normalizeGemm(withOpset(raiseOpset(inferShapes(original), version), '', version));
  const plan = planQuantization(graph);
  if (plan.roots.size === 0) return { graph: original, findings: leftInFloat(graph, plan) };
  const { observer = 'mse', samples = 512 } = options;
  const roots = [...new Set(plan.roots.values())];
  const observed = roots.filter((id) => !isConstant(tensorAt(graph, id)) && !plan.fixed.has(id));
  const indices = spread(data.count, samples);
  const histograms = await calibrate(graph, observed, data, indices, runtime).catch(asRefusal);
  if (typeof histograms === 'string') return { graph: original, findings: [notQuantized(histograms)] };
  const parameters = new Map(roots.map((id) => [id, parametersOf(graph, plan, id, histograms.get(id), observer)]));
  return {
    graph: insertQdq(graph, plan, parameters, version),
    findings: [...leftInFloat(graph, plan), ...strays(graph, histograms), ...fewSamples(data, indices)],
  };
}

/** What ONNX Runtime says when it does not load the model; everything else is thrown on. */
function asRefusal(error: unknown): string {
  if (error instanceof OnnxRuntimeError) return error.message.split('\n')[0] ?? '';
  throw error;
}

function notQuantized(reason: string): Finding {
  const message = `The model stays in float, as ONNX Runtime does not load it for calibration: ${reason.slice(0, 1500)}`;
  return { code: 'not-quantized', severity: 'warning', message };
}

function parametersOf(
  graph: Graph,
  plan: Plan,
  id: TensorId,
  histogram: Histogram | undefined,
  observer: Observer,
): IntegerParameters {
  const fixed = plan.fixed.get(id);
  if (fixed !== undefined) return fixed;
  if (histogram === undefined) return activationParameters(observedRange(constantHistogram(graph, id), 'min-max'));
  const limits = plan.limits.get(id) ?? { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const range = observedRange(histogram, observer);
  const inside = { min: Math.max(range.min, limits.min), max: Math.min(range.max, limits.max) };
  return activationParameters(roundRange(inside));
}

function constantHistogram(graph: Graph, id: TensorId): Histogram {
  const histogram = newHistogram();
  addValues(histogram, Float32Array.from(constantNumbers(tensorAt(graph, id)) ?? []));
  return histogram;
}

/** At most `most` of `count` indices, evenly spread. */
function spread(count: number, most: number): readonly number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, index) => Math.floor((index * count) / taken));
}

function leftInFloat(graph: Graph, plan: Plan): readonly Finding[] {
  const counts = new Map<string, number>();
  graph.operators.forEach((operator, index) => {
    const [output] = operator.outputs;
    const computesFloats = output !== null && output !== undefined && tensorAt(graph, output).dtype === 'float32';
    if (plan.schemes.has(index) || plan.absorbed.has(index) || !computesFloats) return;
    // What only moves floats costs nothing, and a result in float is wanted.
    if (graph.outputs.includes(output) || schemeOf(graph, operator)?.kind === 'moves') return;
    counts.set(operator.type, (counts.get(operator.type) ?? 0) + 1);
  });
  if (counts.size === 0) return [];
  const list = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => (count === 1 ? type : `${count} × ${type}`));
  const message = `These operators stay in float, as ONNX Runtime has no integer kernel for them: ${list.join(', ')}.`;
  return [{ code: 'left-in-float', severity: 'info', message: message.slice(0, 2000) }];
}

function strays(graph: Graph, histograms: ReadonlyMap<TensorId, Histogram>): readonly Finding[] {
  const [first] = [...histograms].find(([, histogram]) => histogram.strays > 0) ?? [];
  if (first === undefined) return [];
  const { name } = tensorAt(graph, first);
  return [
    {
      code: 'calibration-not-finite',
      severity: 'warning',
      where: name.slice(0, 400),
      message: `In calibration the float model computed values that are not finite, first in tensor "${name.slice(0, 400)}"; they were left out of its range.`,
    },
  ];
}

function fewSamples(data: DataSet, indices: readonly number[]): readonly Finding[] {
  if (indices.length >= 10) return [];
  const message = `${data.path} has only ${data.count} calibration samples; ranges from fewer than 10 seldom hold for others.`;
  return [{ code: 'few-calibration-samples', severity: 'warning', message }];
}
