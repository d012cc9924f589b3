import type { Range } from '../../calibrate/range.ts';
import { tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import type { Finding } from '../../measurement/measurement.ts';
import { removeUnusedTensors } from '../../passes/tflite/remove-unused-tensors.ts';
import { isQuantized } from '../is-quantized.ts';
import { dequantizeWeights } from './dequantize-weights.ts';
import { formsOf } from './parameters.ts';
import { type Plan, planIntegers, type Wishes } from './plan.ts';
import { type DenseWeights, rewriteToIntegers } from './rewrite.ts';
import type { Precision } from './rules.ts';
import { withShallowMasks } from './shallow-masks.ts';
import { unfitOperator } from './unfit.ts';

export interface QuantizeTfliteOptions {
  /** Integers of the activations: int8 by default; int16 is symmetric, beside int8 weights (16×8). */
  readonly activations?: Precision;
  /** Operators, by index, that stay in float. */
  readonly keepFloat?: ReadonlySet<number>;
  /** Operators, by index, whose activations are int16 whatever the others are. */
  readonly keepInt16?: ReadonlySet<number>;
  /** What callers give and get: integers by default, or floats with QUANTIZE and DEQUANTIZE inside the model. */
  readonly ends?: 'integer' | 'float';
  /** Scales of the weights of FULLY_CONNECTED; `auto` by default. Convolutions always have one per channel. */
  readonly denseWeights?: DenseWeights;
}

/**
 * A float TensorFlow Lite graph as integers, after the 8-bit quantisation specification (https://ai.google.dev/edge/litert/models/quantization_spec): weights int8, symmetric and per channel,
 * biases int32, activations asymmetric int8 with calibrated ranges, as the kernels of TensorFlow Lite Micro take them. Operators without an integer kernel stay in float between DEQUANTIZE and QUANTIZE;
 * findings say which and why. Weights stored as integers or float16 are first made the floats that they stand for. A graph that computes in integers already comes back as it is.
 * @param calibrated ranges of the tensors that `observedTensors` names; operators without a finite range stay in float
 */
export function quantizeTflite(
  original: Graph,
  calibrated: ReadonlyMap<TensorId, Range>,
  options: QuantizeTfliteOptions = {},
): { readonly graph: Graph; readonly findings: readonly Finding[] } {
  if (isQuantized(original)) {
    const message = 'The model is quantised already and is kept as it is.';
    return { graph: original, findings: [{ code: 'already-quantized', severity: 'info', message }] };
  }
  const { graph, ranges } = withShallowMasks(dequantizeWeights(original), calibrated);
  const { activations = 'int8', ends = 'integer', denseWeights = 'auto' } = options;
  const float = new Map([...(options.keepFloat ?? [])].map((index) => [index, 'was asked to stay in float']));
  for (;;) {
    const wishes: Wishes = {
      activations,
      float,
      int16: options.keepInt16 ?? new Set(),
      integerInputs: ends === 'integer',
    };
    const plan = planIntegers(graph, wishes);
    if (plan.operators.size === 0) return { graph: original, findings: leftInFloat(graph, plan) };
    const forms = formsOf(graph, plan, ranges);
    const unfit =
      typeof forms === 'number'
        ? { index: forms, reason: 'has no finite range from calibration' }
        : unfitOperator(graph, plan, forms);
    if (typeof forms !== 'number' && unfit === undefined) {
      const integer = rewriteToIntegers(graph, plan, forms, { ranges, floatOutputs: ends === 'float', denseWeights });
      return { graph: removeUnusedTensors(integer), findings: leftInFloat(graph, plan) };
    }
    if (unfit === undefined || float.has(unfit.index)) throw new RangeError('quantising makes no progress');
    float.set(unfit.index, unfit.reason);
  }
}

/** What stays in float and why, a finding for each reason. */
function leftInFloat(graph: Graph, plan: Plan): readonly Finding[] {
  const byReason = new Map<string, number[]>();
  for (const [index, reason] of plan.reasons) {
    const type = graph.operators[index]?.type ?? '';
    const key = `${type} ${reason}`;
    byReason.set(key, [...(byReason.get(key) ?? []), index]);
  }
  return [...byReason].map(([reason, indexes]): Finding => {
    const [first = 0] = indexes;
    const operator = graph.operators[first];
    const [output] = operator?.outputs ?? [];
    const name = typeof output === 'number' ? tensorAt(graph, output).name : '';
    const others = indexes.length === 1 ? '' : ` (${indexes.length} operators: ${indexes.slice(0, 20).join(', ')})`;
    return {
      code: 'left-in-float',
      severity: 'info',
      where: operatorPlace({ type: operator?.type ?? '', name }, first),
      message: `${reason} and stays in float${others}.`.slice(0, 2000),
    };
  });
}
