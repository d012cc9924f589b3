import { type CalibrationOptions, calibrate } from '../../calibrate/calibrate.ts';
import type { Range } from '../../calibrate/range.ts';
import type { DataSet } from '../../data/data-set.ts';
import { opsetVersion, withOpset } from '../../formats/onnx/opset.ts';
import { isConstant, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { inferShapes } from '../../graph/infer-shapes.ts';
import type { Finding } from '../../measurement/measurement.ts';
import { OnnxRuntimeError } from '../../onnx-runtime/session.ts';
import {
  activationParameters,
  type IntegerParameters,
  roundRange,
  shiftedParameters,
  symmetricParameters,
} from '../integer-parameters.ts';
import { isQuantized } from '../is-quantized.ts';
import { insertQdq } from './insert-qdq.ts';
import { normalizeGemm } from './normalize-gemm.ts';
import { type Plan, planQuantization } from './plan.ts';
import { onnxRuntimeRules, type QdqRules } from './qdq-rules.ts';
import { raiseOpset } from './raise-opset.ts';
import { schemeOf } from './schemes.ts';

/** What of a graph becomes integer. */
export interface OnnxQuantization {
  /** Indices of operators that stay in float. */
  readonly keepFloat?: ReadonlySet<number>;
  /** What the runtime demands of the integers; ONNX Runtime's CPU provider by default. */
  readonly rules?: QdqRules;
}

interface Quantized {
  readonly graph: Graph;
  readonly findings: readonly Finding[];
}

/** The first operator set whose QuantizeLinear takes a scale per channel. */
const leastOpset = 13;

/**
 * A float ONNX graph, best simplified before, as int8 QDQ by the rules of a runtime (ONNX Runtime: weights per channel and symmetric, biases int32, activations per tensor and
 * asymmetric), with ranges from running the calibration samples. A graph that is quantised already comes back as it is. Operators that have no integer kernel stay in float; findings say which.
 * A model that ONNX Runtime does not load stays as it is, with a finding that says why.
 * @throws UserError when the samples do not fit the model or ONNX Runtime fails on one, or its operator set cannot be raised to 13.
 */
export async function quantizeOnnx(
  original: Graph,
  data: DataSet,
  options: CalibrationOptions & OnnxQuantization = {},
): Promise<Quantized> {
  if (isQuantized(original)) {
    const message = 'The model is quantised already and is kept as it is.';
    return { graph: original, findings: [{ code: 'already-quantized', severity: 'info', message }] };
  }
  const graph = prepareOnnx(original);
  const observed = observedOnnxTensors(graph, options);
  if (observed.length === 0)
    return { graph: original, findings: quantizeOnnxGraph(graph, new Map(), options).findings };
  const calibration = await calibrate(graph, observed, data, options).catch(asRefusal);
  if (typeof calibration === 'string') return { graph: original, findings: [notQuantized(calibration)] };
  const quantized = quantizeOnnxGraph(graph, calibration.ranges, options);
  return { graph: quantized.graph, findings: [...quantized.findings, ...calibration.findings] };
}

/**
 * The graph as the steps below want it, computing the same: operator set 13 or later, shapes inferred, Gemm plain. Done twice it changes nothing more.
 * @throws UserError when its operator set cannot be raised
 */
export function prepareOnnx(graph: Graph): Graph {
  const version = versionOf(graph);
  return normalizeGemm(withOpset(raiseOpset(inferShapes(graph), version), '', version));
}

/** The tensors of a prepared graph whose ranges `quantizeOnnxGraph` needs. */
export function observedOnnxTensors(graph: Graph, options: OnnxQuantization = {}): readonly TensorId[] {
  const plan = planQuantization(graph, options.rules ?? onnxRuntimeRules, options.keepFloat);
  return rootsOf(plan).filter((id) => !isConstant(tensorAt(graph, id)) && !plan.fixed.has(id));
}

/** A prepared graph as int8 QDQ with the ranges; see `quantizeOnnx`. @throws RangeError when a tensor of `observedOnnxTensors` has no range */
export function quantizeOnnxGraph(
  graph: Graph,
  ranges: ReadonlyMap<TensorId, Range>,
  options: OnnxQuantization = {},
): Quantized {
  const rules = options.rules ?? onnxRuntimeRules;
  const plan = planQuantization(graph, rules, options.keepFloat);
  const findings = leftInFloat(graph, plan, rules);
  if (plan.roots.size === 0) return { graph, findings };
  const parameters = new Map(rootsOf(plan).map((id) => [id, parametersOf(graph, plan, id, ranges.get(id), rules)]));
  return { graph: insertQdq(graph, plan, parameters, rules, versionOf(graph)), findings };
}

const versionOf = (graph: Graph): number => Math.max(leastOpset, opsetVersion(graph, '') ?? leastOpset);
const rootsOf = (plan: Plan): readonly TensorId[] => [...new Set(plan.roots.values())];

/** What ONNX Runtime says when it does not load the model; everything else is thrown on. */
function asRefusal(error: unknown): string {
  if (error instanceof OnnxRuntimeError) return error.message.split('\n')[0] ?? '';
  throw error;
}

function notQuantized(reason: string): Finding {
  const message = `The model stays in float, as ONNX Runtime does not load it for calibration: ${reason.slice(0, 1500)}`;
  return { code: 'not-quantized', severity: 'warning', message };
}

/** Parameters of a sigmoid's results, from 0 to almost 1 (LiteRT quantisation specification). */
const sigmoidParameters: IntegerParameters = { scale: 1 / 256, zeroPoint: -128 };

function parametersOf(
  graph: Graph,
  plan: Plan,
  id: TensorId,
  range: Range | undefined,
  rules: QdqRules,
): IntegerParameters {
  const parametersFor = parametersBy(rules);
  if (plan.fixed.has(id)) {
    return rules.activations === 'asymmetric' ? sigmoidParameters : parametersFor({ min: 0, max: 1 });
  }
  const tensor = tensorAt(graph, id);
  if (isConstant(tensor)) return parametersFor(extent(constantNumbers(tensor) ?? []));
  if (range === undefined) throw new RangeError(`no range for tensor ${tensor.name}`);
  const limits = plan.limits.get(id) ?? { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const inside = { min: Math.max(range.min, limits.min), max: Math.min(range.max, limits.max) };
  return parametersFor(roundRange(inside));
}

function parametersBy({ activations, scales }: QdqRules): (range: Range) => IntegerParameters {
  if (scales === 'powers-of-two') return shiftedParameters;
  return activations === 'symmetric' ? (range) => symmetricParameters(range, 127) : activationParameters;
}

function extent(values: readonly number[]): Range {
  return values.reduce((range, value) => ({ min: Math.min(range.min, value), max: Math.max(range.max, value) }), {
    min: 0,
    max: 0,
  });
}

function leftInFloat(graph: Graph, plan: Plan, rules: QdqRules): readonly Finding[] {
  const counts = new Map<string, number>();
  graph.operators.forEach((operator, index) => {
    const [output] = operator.outputs;
    const computesFloats = output !== null && output !== undefined && tensorAt(graph, output).dtype === 'float32';
    if (plan.schemes.has(index) || plan.fused.has(index) || !computesFloats) return;
    // What only moves floats costs nothing, and a result in float is wanted.
    if (graph.outputs.includes(output) || schemeOf(graph, operator, rules)?.kind === 'moves') return;
    counts.set(operator.type, (counts.get(operator.type) ?? 0) + 1);
  });
  if (counts.size === 0) return [];
  const list = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => (count === 1 ? type : `${count} × ${type}`));
  const message = `These operators stay in float, as integers gain nothing there or there is no kernel for them: ${list.join(', ')}.`;
  return [{ code: 'left-in-float', severity: 'info', message: message.slice(0, 2000) }];
}
