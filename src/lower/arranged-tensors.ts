import { UserError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import { type ConstantValue, numbersIn } from '../graph/evaluate/constant-value.ts';
import type { Tensor, TensorId } from '../graph/graph.ts';
import { type Arrangement, onnxPlaces } from './arrangement.ts';
import { axesOf } from './axes.ts';
import type { GraphInMaking } from './graph-in-making.ts';
import type { NewTensor, Stored } from './lowerer.ts';
import type { OnnxSide } from './onnx-side.ts';
import { runtimeType } from './runtime-type.ts';

/** Makes the tensors that hold a value of the model in another arrangement. */
export interface ArrangedTensors {
  /** A constant with its elements in that order. @throws UserError for a type that TensorFlow Lite cannot compute with */
  readonly constantIn: (
    id: TensorId,
    value: ConstantValue,
    arrangement: Arrangement,
    shape: readonly number[],
  ) => TensorId;
  /** The same elements in the same order, by a RESHAPE. */
  readonly reshape: (id: TensorId, from: Stored, shape: readonly number[]) => Stored;
  readonly transpose: (id: TensorId, from: Stored, permutation: readonly number[], arrangement: Arrangement) => Stored;
}

const largestInt32 = 2 ** 31 - 1;
const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Numbers as the runtime's type can hold and its kernels give them. `to the end` and `for ever` are the largest 64-bit integers. Kernels limit what they compute to finite floats, so that
 * nothing would be equal to the infinity of a mask.
 */
function withinLimits(numbers: ArrayLike<number>, dtype: DataType, before: DataType): ArrayLike<number> {
  if (dtype === 'int32' && before !== 'int32') {
    return Array.from(numbers, (number) => Math.min(largestInt32, Math.max(-largestInt32 - 1, number)));
  }
  if (dtype !== 'float32' || !hasInfinity(numbers)) return numbers;
  return Float32Array.from(numbers, (number) => Math.min(largestFloat32, Math.max(-largestFloat32, number)));
}

function hasInfinity(numbers: ArrayLike<number>): boolean {
  for (let index = 0; index < numbers.length; index += 1) {
    if (Math.abs(numbers[index] as number) === Number.POSITIVE_INFINITY) return true;
  }
  return false;
}

export function openArrangedTensors(onnx: OnnxSide, { tensors, constant, emit }: GraphInMaking): ArrangedTensors {
  const { nameOf, shapeOf } = onnx;
  const constantIn = (id: TensorId, value: ConstantValue, arrangement: Arrangement, shape: readonly number[]) => {
    const name = nameOf(id);
    const dtype = runtimeType(value.dtype);
    const numbers = numbersIn(value);
    if (dtype === undefined || numbers === undefined) {
      throw new UserError(
        `The constant "${name}" is of type ${value.dtype}, which TensorFlow Lite cannot compute with.`,
      );
    }
    const isPlain = arrangement.length <= 1;
    const held = withinLimits(numbers, dtype, value.dtype);
    const ordered = isPlain ? held : inOrder(held, onnxPlaces(arrangement));
    return constant(name, dtype, shape, ordered, scalesIn(id, arrangement, shape));
  };
  /** The scales with which the model keeps a constant, along the extent that is their axis. */
  const scalesIn = (id: TensorId, arrangement: Arrangement, shape: readonly number[]): NewTensor => {
    const quantization = onnx.scalesOf(id);
    if (quantization === undefined) return {};
    if (quantization.scale.length === 1) return { quantization };
    const axis = axesOf(arrangement, shapeOf(id), shape)?.indexOf(quantization.axis) ?? -1;
    return axis < 0 ? {} : { quantization: { ...quantization, axis } };
  };
  const reshape = (id: TensorId, from: Stored, shape: readonly number[]): Stored => {
    const name = nameOf(id);
    const wanted = constant(`${name}/shape`, 'int32', [shape.length], shape);
    const tensor = emit('RESHAPE', [from.tensor, wanted], shape, {}, { name, ...quantizationOf(from.tensor) });
    return { tensor, shape, arrangement: from.arrangement };
  };
  const quantizationOf = (tensor: TensorId): NewTensor => {
    const { quantization } = tensors[tensor] as Tensor;
    return quantization === undefined ? {} : { quantization };
  };
  const transpose = (id: TensorId, from: Stored, permutation: readonly number[], arrangement: Arrangement): Stored => {
    const name = nameOf(id);
    const shape = permutation.map((axis) => from.shape[axis] as number);
    const order = constant(`${name}/order`, 'int32', [permutation.length], permutation);
    const tensor = emit('TRANSPOSE', [from.tensor, order], shape, {}, { name, ...quantizationOf(from.tensor) });
    return { tensor, shape, arrangement };
  };
  return { constantIn, reshape, transpose };
}

/** The numbers at these places, one after the other. */
function inOrder(numbers: ArrayLike<number>, places: Int32Array): ArrayLike<number> {
  const ordered = numbers instanceof Float32Array ? new Float32Array(places.length) : new Float64Array(places.length);
  for (let index = 0; index < places.length; index++) ordered[index] = numbers[places[index] as number] as number;
  return ordered;
}
