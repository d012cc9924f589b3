import { concreteShape, isConstant, tensorAt } from '../../graph/access.ts';
import type { DataType } from '../../graph/data-type.ts';
import { constantOf, tensorOf, viewOf } from '../../graph/evaluate/constant-value.ts';
import { roundHalfEven } from '../../graph/evaluate/elementwise.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { removeUnusedTensors } from '../../passes/remove-unused-tensors.ts';
import type { IntegerParameters } from '../integer-parameters.ts';
import { channelsAlong, integerBias, integerWeights, oneChannel, shiftedWeights } from '../integer-weights.ts';
import type { Plan } from './plan.ts';
import type { QdqRules } from './qdq-rules.ts';

/**
 * The graph with QuantizeLinear and DequantizeLinear around what the plan makes integer, weights as int8 per channel and biases as int32:
 *
 *     x ── Q ── DQ ── Conv ── Q ── DQ ── y        y keeps its name, so that outputs and nested graphs find it
 *               W8 ── DQ ─┘ │
 *              b32 ── DQ ───┘
 *
 * Where activations are symmetric, a fused Relu stays in front of Q; else integers saturate where it would cut, and it goes.
 *
 * @param parameters of every root of the plan.
 * @param version of the default operator set, at least 13 (the first with scales per channel).
 */
export function insertQdq(
  graph: Graph,
  plan: Plan,
  parameters: ReadonlyMap<TensorId, IntegerParameters>,
  rules: QdqRules,
  version: number,
): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [];
  const names = new Set(tensors.map((tensor) => tensor.name));
  const known = new Map<string, TensorId>();
  /** What operators read instead of a tensor. */
  const replacements = new Map<TensorId, TensorId>();

  const add = (tensor: Tensor): TensorId => {
    let name = tensor.name;
    for (let suffix = 2; names.has(name); suffix += 1) name = `${tensor.name}_${suffix}`;
    names.add(name);
    return tensors.push({ ...tensor, name }) - 1;
  };
  const addConstant = (name: string, dtype: DataType, shape: readonly number[], values: ArrayLike<number>): TensorId =>
    add(tensorOf(name, constantOf(dtype, shape, values)));
  /** A constant that is the same wherever it is asked for. */
  const shared = (key: string, make: () => TensorId): TensorId => {
    const id = known.get(key) ?? make();
    known.set(key, id);
    return id;
  };
  const zeros = (dtype: DataType, shape: readonly number[]): TensorId =>
    shared(`zeros ${dtype} ${shape.join('×')}`, () =>
      addConstant(`zero_points_${dtype}_${shape.join('x') || 'scalar'}`, dtype, shape, new Float64Array(shape[0] ?? 1)),
    );
  const operatorOf = (type: string, inputs: readonly TensorId[], output: TensorId, axis?: number): Operator => ({
    name: `${tensors[output]?.name}_${type}`,
    type,
    domain: '',
    version,
    inputs,
    outputs: [output],
    attributes: axis === undefined ? {} : { axis: { kind: 'int', value: axis } },
  });
  const rootOf = (id: TensorId): TensorId => plan.roots.get(id) ?? id;
  const parametersOf = (id: TensorId): IntegerParameters => {
    const found = parameters.get(rootOf(id));
    if (found === undefined) throw new RangeError(`no parameters for tensor ${tensorAt(graph, id).name}`);
    return found;
  };
  const scaleAndZero = (id: TensorId): readonly [TensorId, TensorId] => {
    const root = rootOf(id);
    const { name } = tensorAt(graph, root);
    const { scale, zeroPoint } = parametersOf(id);
    return [
      shared(`scale ${root}`, () => addConstant(`${name}_scale`, 'float32', [], [scale])),
      shared(`zero ${root}`, () => addConstant(`${name}_zero_point`, 'int8', [], [zeroPoint])),
    ];
  };
  /** Quantises `from` and gives it back as `to`. */
  const roundTrip = (id: TensorId, from: TensorId, to: TensorId): void => {
    const tensor = tensorAt(graph, id);
    const [scale, zero] = scaleAndZero(id);
    const integers = add({ name: `${tensor.name}_quantized`, dtype: 'int8', shape: tensor.shape });
    operators.push(operatorOf('QuantizeLinear', [from, scale, zero], integers));
    operators.push(operatorOf('DequantizeLinear', [integers, scale, zero], to));
  };
  const floats = (id: TensorId, suffix: string): TensorId => {
    const { name, shape } = tensorAt(graph, id);
    return add({ name: `${name}_${suffix}`, dtype: 'float32', shape });
  };
  const dequantized = (id: TensorId, integers: TensorId, scale: TensorId, zero: TensorId, axis?: number): TensorId => {
    const output = floats(id, 'dequantized');
    operators.push(operatorOf('DequantizeLinear', [integers, scale, zero], output, axis));
    return output;
  };

  /** A constant operand that is no weight: int8 with parameters like an activation's. */
  const constantOperand = (id: TensorId): TensorId =>
    shared(`operand ${id}`, () => {
      const { name } = tensorAt(graph, id);
      const value = viewOf(tensorAt(graph, id));
      const { scale, zeroPoint } = parametersOf(id);
      const integers = Array.from(value?.elements as Float32Array, (element) =>
        Math.max(-128, Math.min(127, roundHalfEven(element / scale) + zeroPoint)),
      );
      return dequantized(
        id,
        addConstant(`${name}_quantized`, 'int8', value?.shape ?? [], integers),
        ...scaleAndZero(id),
      );
    });
  /** Weights and bias of a weighted operator as integers. */
  const withIntegerWeights = (operator: Operator, weightAxis: number): readonly (TensorId | null)[] => {
    const [input = null, weightId = null, biasId = null] = operator.inputs;
    if (input === null || weightId === null) return operator.inputs;
    const weightTensor = tensorAt(graph, weightId);
    const shape = concreteShape(weightTensor.shape) ?? [];
    const weights = viewOf(weightTensor)?.elements as Float32Array;
    const isPerTensor = rules.weights === 'per-tensor';
    const channels = isPerTensor ? 1 : (shape[weightAxis] ?? 1);
    const bias = biasId === null ? undefined : viewOf(tensorAt(graph, biasId));
    // The bias of a ConvTranspose has the channels of all groups, its weights' axis those of one.
    const isComputed = operator.type !== 'ConvTranspose' || rules.allResults;
    const isInteger = rules.bias !== 'float' && isComputed && (isPerTensor || bias?.elements.length === channels);
    const inputScale = parametersOf(input).scale;
    const values = isInteger ? (bias?.elements as Float32Array | undefined) : undefined;
    const largestOfAll = values?.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) ?? 0;
    const quantized = (rules.scales === 'any' ? integerWeights : shiftedWeights)(
      weights,
      isPerTensor ? oneChannel : channelsAlong(shape, weightAxis),
      values && { values: isPerTensor ? Float32Array.of(largestOfAll) : values, inputScale },
      rules.bias === 'float' ? undefined : 2 ** (rules.bias - 2),
    );
    const places = isPerTensor ? [] : [channels];
    const key = `weights ${weightId} ${weightAxis} ${Buffer.from(quantized.scales.buffer).toString('base64')}`;
    const newWeights = shared(key, () =>
      dequantized(
        weightId,
        addConstant(`${weightTensor.name}_quantized`, 'int8', shape, quantized.integers),
        addConstant(`${weightTensor.name}_scale`, 'float32', places, quantized.scales),
        zeros('int8', places),
        isPerTensor ? undefined : weightAxis,
      ),
    );
    if (biasId === null || values === undefined) return [input, newWeights, ...operator.inputs.slice(2)];
    const { name } = tensorAt(graph, biasId);
    const { integers, scales } = integerBias(values, inputScale, quantized.scales);
    const biasPlaces = isPerTensor ? [] : [scales.length];
    const newBias = dequantized(
      biasId,
      addConstant(`${name}_quantized`, 'int32', [integers.length], integers),
      addConstant(`${name}_scale`, 'float32', biasPlaces, scales.subarray(0, isPerTensor ? 1 : undefined)),
      zeros('int32', biasPlaces),
      isPerTensor ? undefined : 0,
    );
    return [input, newWeights, newBias, ...operator.inputs.slice(3)];
  };

  for (const id of graph.inputs) {
    if (!plan.roots.has(id)) continue;
    const output = floats(id, 'dequantized');
    replacements.set(id, output);
    roundTrip(id, id, output);
  }
  const absorbed = rules.activations === 'asymmetric' ? plan.fused : new Map<number, number>();
  const activationOf = new Map([...absorbed].map(([activation, producer]) => [producer, activation]));
  graph.operators.forEach((operator, index) => {
    if (absorbed.has(index)) return;
    const scheme = plan.schemes.get(index);
    const weighed = scheme?.kind === 'weighted' ? withIntegerWeights(operator, scheme.weightAxis) : operator.inputs;
    const inputs = weighed.map((id) => {
      if (id === null) return null;
      const isOperand = scheme?.kind === 'computes' && plan.roots.has(id) && isConstant(tensors[id] as Tensor);
      return isOperand ? constantOperand(id) : (replacements.get(id) ?? id);
    });
    const activation = graph.operators[activationOf.get(index) ?? -1];
    const results = (activation ?? operator).outputs;
    const raw = results.map((id) => (id !== null && plan.roots.has(id) ? floats(id, 'float') : id));
    operators.push({ ...operator, inputs, outputs: raw });
    results.forEach((id, position) => {
      const from = raw[position];
      if (id !== null && from !== null && from !== undefined && from !== id) roundTrip(id, from, id);
    });
  });
  return removeUnusedTensors({ ...graph, tensors, operators });
}
