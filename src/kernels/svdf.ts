import { intAttribute, stringAttribute } from '../graph/access.ts';
import type { FixedPoint } from './arithmetic/fixed-point.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import { dotFloat } from './convolution.ts';
import { dotShifted } from './fully-connected.ts';
import type { Kernel, Node } from './kernel.ts';
import { float32, input, int32, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';

/**
 * SVDF: a fully connected layer whose results of the last steps are kept in a variable tensor and weighted over time. int8 input and features
 * with int8 or int16 time weights and state, or all float.
 */
export const svdf: Kernel = (node) => {
  const vectors = input(node, 0);
  const features = input(node, 1);
  const times = input(node, 2);
  const bias = node.inputs[3];
  const state = input(node, 4);
  const result = output(node);
  const sizes = sizesOf(node, vectors, features, times, state, result);
  if (vectors.dtype === 'float32') {
    const run = floatStep(sizes, float32(node, vectors), float32(node, features), float32(node, times));
    const biases = bias === undefined ? undefined : float32(node, bias);
    const kept = float32(node, state);
    const to = float32(node, result);
    const activate = activationOf(node);
    return () => run(kept, biases, to, activate);
  }
  if (
    vectors.values instanceof Int8Array &&
    features.values instanceof Int8Array &&
    result.values instanceof Int8Array &&
    ((times.values instanceof Int8Array && state.values instanceof Int8Array) ||
      (times.values instanceof Int16Array && state.values instanceof Int16Array))
  ) {
    if (bias === undefined) return refuse(node, 'an int8 SVDF needs a bias');
    const f = Math.fround;
    const product = f(state.scale * times.scale);
    if (!(Math.abs(bias.scale - product) < 1e-5))
      refuse(node, 'the scale of its bias is not that of state × time weights');
    const first = fixedPoint(f(f(vectors.scale * features.scale) / state.scale));
    const second = fixedPoint(f(product / result.scale));
    const biases = int32(node, bias);
    const operands = [vectors.values, features.values, times.values, state.values, biases, result.values] as const;
    return () => stepQuantized(sizes, operands, vectors.zeroPoint, result.zeroPoint, first, second);
  }
  return refuseTypes(node, vectors.dtype, features.dtype, times.dtype, state.dtype, result.dtype);
};

interface Sizes {
  readonly batches: number;
  readonly depth: number;
  readonly filters: number;
  readonly memory: number;
  readonly units: number;
  readonly rank: number;
}

function sizesOf(node: Node, vectors: Value, features: Value, times: Value, state: Value, result: Value): Sizes {
  const rank = intAttribute(node.operator, 'rank', 1);
  const [batches = 1, depth = 1] = vectors.shape;
  const [filters = 1] = features.shape;
  const memory = times.shape[1] ?? 1;
  const units = filters / rank;
  const fits =
    Number.isInteger(units) &&
    features.values.length === filters * depth &&
    times.values.length === filters * memory &&
    state.values.length === batches * filters * memory &&
    result.values.length === batches * units;
  if (!fits) refuse(node, 'its weights, state and output do not fit each other');
  return { batches, depth, filters, memory, units, rank };
}

type Kept = Int8Array | Int16Array;

/** The results are CMSIS-NN's arm_svdf_s8 and arm_svdf_state_s16_s8: the state's zero point is not taken off, and an int8 state wraps. */
function stepQuantized(
  { batches, depth, filters, memory, units, rank }: Sizes,
  [from, features, times, state, bias, to]: readonly [Int8Array, Int8Array, Kept, Kept, Int32Array, Int8Array],
  zeroPoint: number,
  resultZero: number,
  first: FixedPoint,
  second: FixedPoint,
): void {
  state.copyWithin(0, 1);
  for (let batch = 0; batch < batches; batch++) {
    for (let filter = 0; filter < filters; filter++) {
      const sum = dotShifted(from, batch * depth, zeroPoint, features, filter * depth, 0, depth);
      const scaled = requantize(sum | 0, first.multiplier, first.shift);
      state[(batch * filters + filter + 1) * memory - 1] = Math.min(32767, Math.max(-32768, scaled));
    }
    for (let unit = 0; unit < units; unit++) {
      const at = unit * rank * memory;
      const sum = dotShifted(state, batch * filters * memory + at, 0, times, at, 0, rank * memory);
      const scaled = requantize((sum + (bias[unit] as number)) | 0, second.multiplier, second.shift) + resultZero;
      to[batch * units + unit] = Math.min(127, Math.max(-128, scaled));
    }
  }
}

type FloatRun = (
  state: Float32Array,
  bias: Float32Array | undefined,
  to: Float32Array,
  activate: (value: number) => number,
) => void;

function floatStep(sizes: Sizes, from: Float32Array, features: Float32Array, times: Float32Array): FloatRun {
  const { batches, depth, filters, memory, units, rank } = sizes;
  return (state, bias, to, activate) => {
    state.copyWithin(0, 1);
    for (let batch = 0; batch < batches; batch++) {
      for (let filter = 0; filter < filters; filter++) {
        state[(batch * filters + filter + 1) * memory - 1] = dotFloat(
          features,
          filter * depth,
          from,
          batch * depth,
          depth,
          0,
        );
      }
      for (let unit = 0; unit < units; unit++) {
        let sum = bias?.[unit] ?? 0;
        for (let filter = unit * rank; filter < (unit + 1) * rank; filter++) {
          const weighted = dotFloat(times, filter * memory, state, (batch * filters + filter) * memory, memory, 0);
          sum = Math.fround(sum + weighted);
        }
        to[batch * units + unit] = activate(sum);
      }
    }
  };
}

/** The fused activations that the float kernel applies (activation_utils.h). */
function activationOf(node: Node): (value: number) => number {
  const name = stringAttribute(node.operator, 'fused_activation_function', 'NONE');
  if (name === 'RELU') return (value) => Math.max(0, value);
  if (name === 'RELU6') return (value) => Math.max(0, Math.min(6, value));
  if (name === 'RELU_N1_TO_1') return (value) => Math.max(-1, Math.min(1, value));
  if (name === 'TANH') return Math.tanh;
  if (name === 'SIGN_BIT') return (value) => Number(value < 0 || Object.is(value, -0));
  return (value) => value;
}
