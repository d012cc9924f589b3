import { floatAttribute, intAttribute } from '../graph/access.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import type { Fact } from '../graph/infer/fact.ts';
import { type Edit, isType, withoutAttributes } from './edit.ts';

/** `y = scale[c] · x + shift[c]` per channel `c`; `scale` is absent where it is 1 throughout. */
export interface Affine {
  readonly scale: Float64Array | undefined;
  readonly shift: Float64Array;
}

/** Output channels of a `Conv`, `ConvTranspose`, `Gemm` or `BatchNormalization`; `undefined` for other operators and unknown weights. */
export function outputChannels(rewriting: Edit, operator: Operator): number | undefined {
  const weight = operator.inputs[1];
  const shape = weight === null || weight === undefined ? undefined : rewriting.tensor(weight).shape;
  let channels: unknown;
  if (isType(operator, 'Conv', 'BatchNormalization')) channels = shape?.[0];
  if (isType(operator, 'ConvTranspose') && typeof shape?.[1] === 'number') {
    channels = shape[1] * intAttribute(operator, 'group', 1);
  }
  if (isType(operator, 'Gemm')) channels = shape?.[intAttribute(operator, 'transB', 0) === 0 ? 1 : 0];
  return typeof channels === 'number' ? channels : undefined;
}

/** Rank of a layer's output, which is that of its weights; a normalisation has its input's, which only `facts` may know. */
export function outputRank(
  rewriting: Edit,
  operator: Operator,
  facts: ReadonlyMap<TensorId, Fact>,
): number | undefined {
  const [data, weight] = operator.inputs;
  if (isType(operator, 'BatchNormalization')) return facts.get(data ?? -1)?.shape?.length;
  return weight === null || weight === undefined ? undefined : rewriting.tensor(weight).shape?.length;
}

/** Weights lie in runs of elements that belong to one output channel: how long they are, and whose each is. */
interface ChannelRuns {
  readonly length: number;
  readonly channelOf: (run: number) => number;
}

function channelRuns(operator: Operator, weight: ConstantValue): ChannelRuns {
  const [first = 1, second = 1] = weight.shape;
  const inner = weight.elements.length / (first * second);
  if (isType(operator, 'ConvTranspose')) {
    // Weights are [C, M / group, kernel…]: the group of an element follows from its input channel.
    const perGroup = first / intAttribute(operator, 'group', 1);
    const channelOf = (run: number): number =>
      Math.floor(Math.floor(run / second) / perGroup) * second + (run % second);
    return { length: inner, channelOf };
  }
  const transposed = isType(operator, 'Gemm') && intAttribute(operator, 'transB', 0) === 0;
  return transposed
    ? { length: 1, channelOf: (run) => run % second }
    : { length: inner * second, channelOf: (run) => run };
}

/** The weights times their channel's scale; `undefined` when one would overflow. */
function scaled(operator: Operator, weight: ConstantValue, scale: Float64Array): Float32Array | undefined {
  const source = weight.elements as Float32Array;
  const elements = new Float32Array(source.length);
  const { length, channelOf } = channelRuns(operator, weight);
  let overflow = 0;
  for (let start = 0, run = 0; start < elements.length; start += length, run++) {
    const factor = scale[channelOf(run)] as number;
    const end = start + length;
    for (let i = start; i < end; i++) {
      const product = Math.fround((source[i] as number) * factor);
      elements[i] = product;
      // Infinities and what is no number turn the sum into no number, without a branch per weight.
      overflow += product * 0;
    }
  }
  return overflow === 0 ? elements : undefined;
}

/** The bias as one number per channel; `undefined` when it is computed or not per channel. */
function biasOf(rewriting: Edit, operator: Operator, channels: number): Float64Array | undefined {
  const id = operator.inputs[2];
  if (id === null || id === undefined) return new Float64Array(channels);
  const bias = rewriting.constant(id);
  if (bias?.dtype !== 'float32') return undefined;
  const beta = isType(operator, 'Gemm') ? floatAttribute(operator, 'beta', 1) : 1;
  const last = bias.shape.at(-1) ?? 1;
  if (bias.elements.length !== last || (last !== 1 && last !== channels)) return undefined;
  const perChannel = new Float64Array(channels);
  for (let c = 0; c < channels; c++) perChannel[c] = beta * (bias.elements[last === 1 ? 0 : c] as number);
  return perChannel;
}

function rounded(numbers: Float64Array): ConstantValue | undefined {
  const elements = new Float32Array(numbers);
  return elements.every(Number.isFinite) ? { dtype: 'float32', shape: [elements.length], elements } : undefined;
}

/**
 * The `Conv`, `ConvTranspose`, `Gemm` or `BatchNormalization` that also does what an affine map per channel does to its output;
 * computed in float64, rounded once to float32. `undefined`, and nothing added, when weights or bias are computed, shared or not float32,
 * or a result would overflow.
 */
export function absorb(rewriting: Edit, operator: Operator, affine: Affine): Operator | undefined {
  const channels = outputChannels(rewriting, operator);
  const bias = channels === undefined ? undefined : biasOf(rewriting, operator, channels);
  const [data, weightId, biasId, ...statistics] = operator.inputs;
  if (channels === undefined || bias === undefined || weightId === null || weightId === undefined) return undefined;
  if (rewriting.tensor(weightId).dtype !== 'float32') return undefined;
  const { scale, shift } = affine;
  const newBias = rounded(bias.map((value, c) => value * (scale?.[c] ?? 1) + (shift[c] as number)));
  if (newBias === undefined) return undefined;
  let newWeight = weightId;
  if (scale !== undefined) {
    const weight = rewriting.constant(weightId);
    if (weight?.dtype !== 'float32' || rewriting.isPinned(weightId) || rewriting.useCount(weightId) !== 1) {
      return undefined;
    }
    const elements = scaled(operator, weight, scale);
    if (elements === undefined) return undefined;
    newWeight = rewriting.addConstant(`${rewriting.tensor(weightId).name}_scaled`, { ...weight, elements });
  }
  const named = biasId ?? weightId;
  const newBiasId = rewriting.addConstant(`${rewriting.tensor(named).name}_bias`, newBias);
  const attributes = isType(operator, 'Gemm') ? withoutAttributes(operator, 'beta') : operator.attributes;
  return { ...operator, inputs: [data ?? null, newWeight, newBiasId, ...statistics], attributes };
}
