import { intAttribute } from '../../graph/access.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { at, product } from '../arrangement.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * Quantised tensors. Microcontrollers compute with int8: uint8 becomes int8 with another zero point, which stands for the same numbers.
 *
 *     x ─▶ QuantizeLinear ─▶ DequantizeLinear ─▶ y      x ─▶ QUANTIZE ─▶ DEQUANTIZE ─▶ y
 *     integer weights ─▶ DequantizeLinear ─▶ W          W as float numbers
 */
export const quantizationLowerings: Lowerings = { QuantizeLinear: quantize, DequantizeLinear: dequantize };

interface Parameters {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
}

function parametersOf(lowerer: Lowerer, operator: Operator): Parameters {
  const scale = lowerer.numbersOf(inputOf(operator, 1));
  const zeroId = operator.inputs[2] ?? undefined;
  const zeroPoint = zeroId === undefined ? scale?.map(() => 0) : lowerer.numbersOf(zeroId);
  if (scale === undefined || zeroPoint === undefined)
    return lowerer.refuse(operator, 'its scale is computed by the model');
  if (scale.length !== zeroPoint.length)
    return lowerer.refuse(operator, `it has ${scale.length} scales and ${zeroPoint.length} zero points`);
  return { scale, zeroPoint };
}

/** uint8 as int8. */
const signed: Readonly<Partial<Record<DataType, readonly [DataType, number]>>> = {
  int8: ['int8', 0],
  uint8: ['int8', -128],
  int16: ['int16', 0],
};

function quantize(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const { scale, zeroPoint } = parametersOf(lowerer, operator);
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const type = signed[lowerer.graph.tensors[output]?.dtype ?? 'unknown'];
  if (type === undefined || scale.length !== 1) {
    return lowerer.refuse(operator, 'TensorFlow Lite Micro quantises to int8 and int16 with one scale');
  }
  const [dtype, shift] = type;
  const quantization = { scale: [at(scale, 0)], zeroPoint: [at(zeroPoint, 0) + shift], axis: 0 };
  const result = { name: lowerer.nameOf(output), dtype, quantization };
  lowerer.define(output, lowerer.emit('QUANTIZE', [tensor], shape, {}, result), arrangement);
}

function dequantize(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const parameters = parametersOf(lowerer, operator);
  const integers = lowerer.numbersIn(input);
  if (integers !== undefined) {
    const shape = lowerer.shapeOf(input);
    const axis = parameters.scale.length === 1 ? 0 : axisFromFront(intAttribute(operator, 'axis', 1), shape.length);
    const elements = realNumbers(integers, shape, axis, parameters);
    const shift = lowerer.graph.tensors[input]?.dtype === 'uint8' ? -128 : 0;
    const zeroPoint = parameters.zeroPoint.map((zero) => zero + shift);
    const scales = { scale: parameters.scale, zeroPoint, axis };
    return lowerer.setConstant(output, { dtype: 'float32', shape, elements }, scales);
  }
  const { tensor, shape, arrangement } = lowerer.native(input);
  const from = quantized(lowerer, operator, tensor, parameters);
  const result = { name: lowerer.nameOf(output), dtype: 'float32' } as const;
  lowerer.define(output, lowerer.emit('DEQUANTIZE', [from], shape, {}, result), arrangement);
}

/** The tensor with the scale and zero point that it is read with. */
function quantized(lowerer: Lowerer, operator: Operator, tensor: TensorId, { scale, zeroPoint }: Parameters): TensorId {
  const dtype = lowerer.tensorType(tensor);
  const type = signed[lowerer.graph.tensors[inputOf(operator, 0)]?.dtype ?? 'unknown'];
  if (type === undefined || scale.length !== 1 || (dtype !== 'int8' && dtype !== 'int16')) {
    return lowerer.refuse(
      operator,
      `TensorFlow Lite Micro does not read ${dtype} with ${scale.length} scales as real numbers`,
    );
  }
  const quantization = { scale: [at(scale, 0)], zeroPoint: [at(zeroPoint, 0) + type[1]], axis: 0 };
  lowerer.setQuantization(tensor, quantization);
  return tensor;
}

/** (integer - zero point) · scale, per tensor or per index of one axis. */
function realNumbers(
  integers: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  { scale, zeroPoint }: Parameters,
): Float32Array {
  const inner = scale.length === 1 ? 1 : product(shape.slice(axis + 1));
  return Float32Array.from(integers, (value, index) => {
    const channel = scale.length === 1 ? 0 : Math.floor(index / inner) % scale.length;
    return (value - at(zeroPoint, channel)) * at(scale, channel);
  });
}
