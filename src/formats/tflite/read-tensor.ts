import { concreteShape } from '../../graph/access.ts';
import { bytesOf, elementBits } from '../../graph/data-type.ts';
import type { Quantization, Shape, Tensor } from '../../graph/graph.ts';
import { DamageError, spend } from '../flatbuffer/bytes.ts';
import { pathText } from '../flatbuffer/decode.ts';
import { formatLimits } from '../limits.ts';
import type { TensorExtras } from './extras.ts';
import type { Reading } from './reading.ts';
import { indexBelow, note } from './reading.ts';
import type { QuantizationRecord, TensorRecord } from './records.ts';
import { unpackStrings } from './strings.ts';
import { dataTypeOf } from './tensor-types.ts';

/** A tensor of the file. @throws DamageError for impossible extents, a missing buffer, or less data than the shape needs */
export function readTensor(reading: Reading, record: TensorRecord): Tensor {
  const dtype = dataTypeOf(record.type) ?? 'unknown';
  const shape = readShape(record.shape ?? []);
  const quantization = readQuantization(reading, record.quantization, shape);
  const extras: TensorExtras = {
    ...(dtype === 'unknown' ? { type: Number(record.type) } : {}),
    ...(record.shape_signature?.length ? { shapeSignature: record.shape_signature } : {}),
    ...(record.has_rank ? { hasRank: true } : {}),
    ...(record.sparsity === undefined ? {} : { sparsity: record.sparsity }),
    ...(record.variant_tensors?.length ? { variantTensors: record.variant_tensors } : {}),
    ...(record.external_buffer === 0 ? {} : { externalBuffer: record.external_buffer }),
    ...(quantization.raw === undefined ? {} : { quantization: quantization.raw }),
    ...(quantization.quantizedDimension === undefined ? {} : { quantizedDimension: quantization.quantizedDimension }),
  };
  const tensor: Tensor = {
    name: record.name ?? '',
    dtype,
    shape,
    ...(quantization.understood === undefined ? {} : { quantization: quantization.understood }),
    ...(record.is_variable ? { variable: true } : {}),
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
  };
  return { ...tensor, ...readContent(reading, record, tensor) };
}

function readShape(extents: readonly number[]): Shape {
  let elements = 1;
  return extents.map((extent) => {
    if (extent === -1) return '?';
    if (extent < 0) throw new DamageError(`has the extent ${extent}`);
    elements *= extent;
    if (elements > formatLimits.tensorElements) {
      throw new DamageError(`has more than ${formatLimits.tensorElements} elements`);
    }
    return extent;
  });
}

/** The constant's content; empty where the tensor is computed at run time. */
function readContent(reading: Reading, record: TensorRecord, tensor: Tensor): Pick<Tensor, 'data' | 'strings'> {
  const { decoding, buffers, notes } = reading;
  // Buffer 0 stands for "no data" and need not even exist.
  if (record.buffer === 0) return {};
  reading.usedBuffers.add(indexBelow(buffers.length, record.buffer, 'buffer'));
  const data = buffers[record.buffer];
  if (data === undefined) return {};
  if (tensor.dtype === 'string') return data.length === 0 ? {} : readStrings(reading, data);
  const extents = concreteShape(tensor.shape);
  const elements = extents?.reduce((product, extent) => product * extent, 1);
  // An empty buffer is an empty constant, or what older converters give to tensors that are computed.
  if (data.length === 0) return elements === 0 ? { data } : {};
  if (elements === undefined || elementBits(tensor.dtype) === 0 || record.sparsity !== undefined) return { data };
  const bytes = bytesOf(tensor.dtype, elements);
  if (data.length < bytes) throw new DamageError(`needs ${bytes} bytes of data and has ${data.length}`);
  if (data.length > bytes) {
    note(notes, `${pathText(decoding.path)} needs ${bytes} bytes of data and has ${data.length}; all are kept.`);
  }
  return { data };
}

function readStrings(reading: Reading, data: Uint8Array): Pick<Tensor, 'data' | 'strings'> {
  const { decoding, strings: known, notes } = reading;
  if (!known.has(data)) {
    // Every string costs at least the four bytes of its offset.
    spend(decoding.source, data.length / 4);
    const strings = unpackStrings(data);
    known.set(data, strings);
    if (strings === undefined)
      note(notes, `${pathText(decoding.path)} has strings in an unusual layout, kept as bytes.`);
  }
  const strings = known.get(data);
  return strings === undefined ? { data } : { strings };
}

/**
 * Quantisation as one scale and one zero point per tensor or per index along an axis, where that is what the file says
 * (the checks are LiteRT's, `ParseQuantization`); anything else is kept raw.
 */
function readQuantization(
  reading: Reading,
  record: QuantizationRecord | undefined,
  shape: Shape,
): {
  readonly understood?: Quantization;
  readonly quantizedDimension?: number;
  readonly raw?: QuantizationRecord;
} {
  if (record === undefined) return {};
  const { scale = [], zero_point: zeroPoint = [], min = [], max = [], details, quantized_dimension: axis } = record;
  const whole = details === undefined && scale.length > 0 && scale.length === zeroPoint.length;
  const ranges = { ...(min.length ? { min } : {}), ...(max.length ? { max } : {}) };
  if (whole && (scale.length === 1 || scale.length === shape[axis])) {
    return { understood: { scale, zeroPoint, axis, ...ranges } };
  }
  if (whole && shape.length === 1 && scale.length === shape[0]) {
    // Converters of 2020 gave a bias the axis of its weights. Microcontrollers load it, LiteRT does not.
    const where = pathText(reading.decoding.path);
    note(reading.notes, `${where} is quantised along axis ${axis}, which it does not have; read as axis 0.`);
    return { understood: { scale, zeroPoint, axis: 0, ...ranges }, quantizedDimension: axis };
  }
  const raw: QuantizationRecord = {
    ...ranges,
    ...(scale.length ? { scale } : {}),
    ...(zeroPoint.length ? { zero_point: zeroPoint } : {}),
    ...(details === undefined ? {} : { details }),
    quantized_dimension: axis,
  };
  if (Object.keys(raw).length === 1 && axis === 0) return {};
  if (scale.length > 0 || zeroPoint.length > 0 || details !== undefined) {
    const what = details?.type ?? `${scale.length} scales and ${zeroPoint.length} zero points`;
    note(reading.notes, `${pathText(reading.decoding.path)} is quantised with ${what}, kept without being understood.`);
  }
  return { raw };
}
