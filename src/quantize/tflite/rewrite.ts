import type { Range } from '../../calibrate/range.ts';
import { isConstant, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { integerLayer, noiseOfOneScale, quantizedConstant } from './constants.ts';
import type { Form, Forms } from './parameters.ts';
import { isIndifferent, type Plan, type Planned } from './plan.ts';
import { integerRecurrent } from './recurrent.ts';
import type { Rewriting } from './rewriting.ts';
import type { Weighted } from './rules.ts';

/** How many scales the weights of FULLY_CONNECTED have; `auto`: one per channel where that takes away three quarters of their noise. */
export type DenseWeights = 'auto' | 'per-channel' | 'per-tensor';

/** What the rewriting is asked for beyond the plan. */
export interface RewriteOptions {
  readonly ranges: ReadonlyMap<TensorId, Range>;
  /** Whether tensors at the graph's ends that are floats stay floats. */
  readonly floatOutputs: boolean;
  /** Scales of the weights of FULLY_CONNECTED. */
  readonly denseWeights: DenseWeights;
}

/**
 * The graph of a plan: operators compute on integers, QUANTIZE and DEQUANTIZE stand where integers meet floats or integers of another scale, constants are integers.
 * Ids of tensors stay; what is new comes after them.
 */
export function rewriteToIntegers(graph: Graph, plan: Plan, forms: Forms, options: RewriteOptions): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [];
  const converted = new Map<string, TensorId>();
  const madeAs = new Map<TensorId, TensorId>();
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;

  for (const id of plan.native.keys()) {
    const form = forms.made(id);
    if (form === undefined) continue;
    const integer = withForm(tensorAt(graph, id), form);
    const isKept = options.floatOutputs && graph.outputs.includes(id);
    if (isKept) madeAs.set(id, add({ ...integer, name: `${integer.name}_${form.dtype}` }));
    else tensors[id] = integer;
  }
  const made = (id: TensorId): TensorId => madeAs.get(id) ?? id;

  /** The tensor as `form`, or as floats. */
  const as = (id: TensorId, form: Form | undefined): TensorId => {
    const source = made(id);
    const tensor = tensors[source] as Tensor;
    const own = isConstant(tensor) ? undefined : forms.made(id);
    if (form === undefined ? own === undefined : own !== undefined && isSame(own, form)) return source;
    const key = `${id} ${form === undefined ? 'float32' : `${form.dtype} ${form.scale} ${form.zeroPoint}`}`;
    const known = converted.get(key);
    if (known !== undefined) return known;
    const float = tensorAt(graph, id);
    const name = `${float.name}_${form?.dtype ?? 'float32'}`;
    const result = add(
      form === undefined
        ? {
            name,
            dtype: 'float32',
            shape: float.shape,
            ...(float.extras === undefined ? {} : { extras: float.extras }),
          }
        : isConstant(tensor)
          ? { ...quantizedConstant(float, form), name }
          : { ...withForm(float, form), name },
    );
    if (!isConstant(tensor)) operators.push(conversion(name, source, result, own, form));
    converted.set(key, result);
    return result;
  };

  const rewriting: Rewriting = {
    graph,
    forms,
    ranges: options.ranges,
    add,
    made,
    taken: (index, position) => as(graph.operators[index]?.inputs[position] as TensorId, forms.taken(index, position)),
  };
  for (const [index, operator] of graph.operators.entries()) {
    const planned = plan.operators.get(index);
    if (planned !== undefined) {
      operators.push(integerOperator(rewriting, operator, index, planned, options));
      continue;
    }
    const inputs = operator.inputs.map((id) => {
      if (id === null) return null;
      return isIndifferent(operator) || !plan.native.has(id) ? made(id) : as(id, undefined);
    });
    operators.push({ ...operator, inputs });
  }
  for (const [id, source] of madeAs) {
    operators.push(conversion(tensorAt(graph, id).name, source, id, forms.made(id), undefined));
  }
  return { ...graph, tensors, operators };
}

function integerOperator(
  rewriting: Rewriting,
  operator: Operator,
  index: number,
  planned: Planned,
  options: RewriteOptions,
): Operator {
  const { rule, operands, precision } = planned;
  const { graph, forms } = rewriting;
  if (rule.kind === 'recurs') return integerRecurrent(rewriting, operator, index, rule.versions[precision] ?? 1);
  const inputs = operator.inputs.map((id, position) => {
    if (id === null) return null;
    return operands.includes(position) ? rewriting.taken(index, position) : rewriting.made(id);
  });
  if (rule.kind === 'weighted') {
    const weights = tensorAt(graph, operator.inputs[rule.weights] as TensorId);
    const axis = isPerChannel(operator, rule, planned, weights, options) ? rule.axis : undefined;
    const bias = operator.inputs[rule.bias];
    const layer = integerLayer(
      weights,
      typeof bias === 'number' ? tensorAt(graph, bias) : undefined,
      forms.taken(index, rule.data),
      { axis, channels: Number(weights.shape?.[rule.axis] ?? 1), hasBias: precision === 'int16' },
    );
    inputs[rule.weights] = rewriting.add(layer.weights);
    if (layer.bias !== undefined) inputs[rule.bias] = rewriting.add(layer.bias);
  }
  const outputs = operator.outputs.map((id) => (id === null ? null : rewriting.made(id)));
  const version = Math.max(operator.version, rule.versions[precision] ?? 1);
  return { ...operator, inputs, outputs, version, attributes: attributesOf(operator, planned) };
}

function isPerChannel(
  operator: Operator,
  rule: Weighted,
  { precision }: Planned,
  weights: Tensor,
  { denseWeights }: RewriteOptions,
): boolean {
  if (precision === 'int16' && !rule.perChannelInt16) return false;
  if (operator.type !== 'FULLY_CONNECTED' || denseWeights === 'per-channel') return true;
  return denseWeights === 'auto' && noiseOfOneScale(weights) >= leastGain;
}

/**
 * TensorFlow Lite Micro keeps 8 bytes of RAM for every channel with a scale of its own (a multiplier and a shift), and the file some 20; in dense networks that is more
 * than their activations. So there has to be something to gain: 6 dB, as from one more bit.
 */
const leastGain = 4;

/** Sums of int16 with any scale, where the schema's default asks for powers of two; and what is said of hybrid kernels is dropped. */
function attributesOf(operator: Operator, { precision }: Planned): Operator['attributes'] {
  const { asymmetric_quantize_inputs: _, ...attributes } = operator.attributes;
  const isSum = operator.type === 'ADD' || operator.type === 'SUB';
  return isSum && precision === 'int16'
    ? { ...attributes, pot_scale_int16: { kind: 'bool', value: false } }
    : attributes;
}

/** QUANTIZE or DEQUANTIZE, with the version that its types need (op_version.cc of tensorflow/tensorflow). */
function conversion(
  name: string,
  source: TensorId,
  result: TensorId,
  from: Form | undefined,
  to: Form | undefined,
): Operator {
  const type = to === undefined ? 'DEQUANTIZE' : 'QUANTIZE';
  const version = to === undefined ? (from?.dtype === 'int16' ? 3 : 2) : to.dtype === 'int16' ? 2 : 1;
  return { name, type, domain: '', version, inputs: [source], outputs: [result], attributes: {} };
}

/** A computed tensor as integers of a form. */
export function withForm(tensor: Tensor, { dtype, scale, zeroPoint }: Form): Tensor {
  return { ...tensor, dtype, quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}

function isSame(a: Form, b: Form): boolean {
  return a.dtype === b.dtype && a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}
