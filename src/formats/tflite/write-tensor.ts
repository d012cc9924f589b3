import { UserError } from '../../errors.ts';
import { elementCount } from '../../graph/access.ts';
import { bytesOf, elementBits } from '../../graph/data-type.ts';
import type { Tensor } from '../../graph/graph.ts';
import { tensorExtras } from './extras.ts';
import type { QuantizationRecord, TensorRecord } from './records.ts';
import { enumType } from './schema/schema.ts';
import { tensorTypeOf } from './tensor-types.ts';

/** The record of a tensor whose content is in buffer `buffer`. @throws UserError for what the format does not have, or could not be read back */
export function tensorRecord(tensor: Tensor, buffer: number): TensorRecord {
  const extras = tensorExtras(tensor);
  checkContent(tensor);
  const quantization = quantizationRecord(tensor) ?? extras.quantization;
  return {
    shape: (tensor.shape ?? []).map((extent) => (typeof extent === 'number' ? extent : -1)),
    type: tensorType(tensor),
    buffer,
    ...(tensor.name === '' ? {} : { name: tensor.name }),
    ...(quantization === undefined ? {} : { quantization }),
    is_variable: tensor.variable === true,
    ...(extras.sparsity === undefined ? {} : { sparsity: extras.sparsity }),
    ...(extras.shapeSignature === undefined ? {} : { shape_signature: extras.shapeSignature }),
    has_rank: extras.hasRank === true,
    ...(extras.variantTensors === undefined ? {} : { variant_tensors: extras.variantTensors }),
    external_buffer: extras.externalBuffer ?? 0,
  };
}

/** A reader refuses constants that are shorter than their shape. */
function checkContent(tensor: Tensor): void {
  const { data, dtype, name, quantization } = tensor;
  const elements = elementCount(tensor);
  const isSparse = tensorExtras(tensor).sparsity !== undefined;
  if (data !== undefined && data.length > 0 && elements !== undefined && elementBits(dtype) > 0 && !isSparse) {
    const bytes = bytesOf(dtype, elements);
    if (data.length < bytes)
      throw new UserError(
        `The constant "${name}" has ${data.length} bytes and its shape needs ${bytes}; check the model.`,
      );
  }
  if (quantization?.zeroPoint.every(Number.isSafeInteger) === false) {
    throw new UserError(`The tensor "${name}" has a zero point that is no whole number; check the model.`);
  }
}

function tensorType(tensor: Tensor): string | number {
  const kept = tensorExtras(tensor).type;
  if (tensor.dtype === 'unknown' && kept !== undefined) return kept;
  const type = tensorTypeOf(tensor.dtype);
  if (enumType('TensorType').values.includes(type)) return type;
  throw new UserError(
    `The tensor "${tensor.name}" has the element type ${tensor.dtype}, which TensorFlow Lite does not have; convert it first.`,
  );
}

function quantizationRecord(tensor: Tensor): QuantizationRecord | undefined {
  const { quantization } = tensor;
  if (quantization === undefined) return undefined;
  const { scale, zeroPoint, axis, min, max } = quantization;
  return {
    scale,
    zero_point: zeroPoint,
    quantized_dimension: tensorExtras(tensor).quantizedDimension ?? axis,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}
