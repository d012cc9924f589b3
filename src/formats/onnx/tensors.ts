import { UserError } from '../../errors.ts';
import { bytesOf, type DataType, elementBits } from '../../graph/data-type.ts';
import type { Tensor } from '../../graph/graph.ts';
import { formatLimits } from '../limits.ts';
import { codeOf, dataTypeOf } from './data-types.ts';
import { externalContent, externalLocation } from './external-data.ts';
import type { OnnxTensorExtras } from './extras.ts';
import type { Int64, TensorProto } from './messages.ts';
import type { ReadContext } from './read-context.ts';
import { typedData } from './typed-data.ts';

/** Bytes of content from which on it is not copied out of the file; a small constant alone does not keep a whole file in memory. */
const worthSharing = 4096;

/** Extents of a constant. @throws UserError when one is negative or the limits on rank and elements are passed */
export function dimsOf(dims: readonly Int64[] | undefined, what: string, label: string): readonly number[] {
  const extents = dims ?? [];
  const elements = extents.reduce<number>((product, extent) => product * Number(extent), 1);
  if (
    extents.length > formatLimits.rank ||
    !(elements <= formatLimits.tensorElements) ||
    extents.some((extent) => !isExtent(extent))
  ) {
    throw new UserError(`${label}: ${what} has the impossible shape [${extents.slice(0, 8)}]; export the model again.`);
  }
  return extents.map(Number);
}

const isExtent = (extent: Int64) => typeof extent === 'number' && extent >= 0;

/**
 * The tensor of a `TensorProto`, its content as little-endian packed bytes whichever field holds it. Content of many bytes is a view of the file's, which need not lie on a multiple of the element size.
 * @throws UserError when the content is not as long as the shape says, or is external and cannot be had
 */
export function readTensor(proto: TensorProto, context: ReadContext): Tensor {
  const { label } = context;
  const name = proto.name ?? '';
  const what = `tensor ${JSON.stringify(name)}`;
  const shape = dimsOf(proto.dims, what, label);
  const dtype = dataTypeOf(proto.dataType);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (dtype === 'unknown') {
    context.notes.push(
      `The ${what} has the element type ${proto.dataType ?? 0}, which is not known; it is kept as it is.`,
    );
    const data = (proto.rawData ?? proto.int32Data ?? new Uint8Array(0)).slice();
    return { name, dtype, shape, data, extras: { initializer: copyOf(proto) } satisfies OnnxTensorExtras };
  }
  const extras = tensorExtras(proto);
  const base = { name, dtype, shape, ...(extras === undefined ? {} : { extras }) };
  if (dtype === 'string') {
    const strings = (proto.stringData ?? []).map((bytes) => bytes.slice());
    if (strings.length !== elements) throw wrongLength(what, label, `${elements} strings`, `${strings.length}`);
    return { ...base, strings };
  }
  const bytes = bytesOf(dtype, elements);
  const data =
    proto.dataLocation === externalLocation ? externalContent(proto, bytes, context) : inlineContent(proto, dtype);
  if (data.byteLength !== bytes) throw wrongLength(what, label, `${bytes} bytes`, `${data.byteLength}`);
  return { ...base, data };
}

function inlineContent(proto: TensorProto, dtype: DataType): Uint8Array {
  const raw = proto.rawData;
  if (raw === undefined || raw.length === 0) return typedData(proto, dtype) ?? new Uint8Array(0);
  return raw.length < worthSharing ? raw.slice() : raw;
}

function wrongLength(what: string, label: string, claimed: string, present: string): UserError {
  return new UserError(`${label}: ${what} claims ${claimed} but holds ${present}; export or commit the model again.`);
}

/** What of a `TensorProto` a `Tensor` has no place for. */
function tensorExtras(proto: TensorProto): OnnxTensorExtras | undefined {
  const { docString, metadataProps, segment, unknown } = proto;
  const rest: TensorProto = {
    ...(docString === undefined ? {} : { docString }),
    ...(metadataProps === undefined ? {} : { metadataProps }),
    ...(segment === undefined ? {} : { segment }),
    ...(unknown === undefined ? {} : { unknown: unknown.slice() }),
  };
  return Object.keys(rest).length === 0 ? undefined : { initializer: rest };
}

function copyOf(proto: TensorProto): TensorProto {
  return Object.fromEntries(
    Object.entries(proto).map(([key, value]) => [key, value instanceof Uint8Array ? value.slice() : value]),
  );
}

/** The `TensorProto` of a constant: `raw_data`, or `string_data` for strings. @throws TypeError when ONNX has no such element type */
export function writeTensor(tensor: Tensor): TensorProto {
  const rest = (tensor.extras as OnnxTensorExtras | undefined)?.initializer ?? {};
  if (tensor.dtype === 'unknown') return { ...rest, name: tensor.name };
  const dataType = codeOf(tensor.dtype);
  const dims = (tensor.shape ?? []).map(Number);
  if (dataType === undefined || dims.some((extent) => !Number.isSafeInteger(extent))) {
    throw new TypeError(`constant "${tensor.name}" (${tensor.dtype}) cannot be written as ONNX`);
  }
  const content =
    elementBits(tensor.dtype) === 0
      ? { stringData: tensor.strings ?? [] }
      : { rawData: tensor.data ?? new Uint8Array(0) };
  return { ...rest, dims, dataType, ...(tensor.name === '' ? {} : { name: tensor.name }), ...content };
}
