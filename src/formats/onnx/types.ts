import { isDeepStrictEqual } from 'node:util';
import type { DataType } from '../../graph/data-type.ts';
import type { Dimension, Shape, Tensor } from '../../graph/graph.ts';
import { codeOf, dataTypeOf } from './data-types.ts';
import { type StatedType, tensorExtras } from './extras.ts';
import type { DimensionProto, TypeProto } from './messages.ts';

/** An extent that is neither known nor named. */
const unknownExtent = '?';

/** Element type and shape that a `TypeProto` states; `unknown` for what is no dense tensor. */
export function readType(proto: TypeProto | undefined): {
  readonly dtype: DataType;
  readonly shape: Shape | undefined;
} {
  const tensor = proto?.tensorType;
  if (tensor === undefined) return { dtype: 'unknown', shape: undefined };
  const shape = tensor.shape === undefined ? undefined : (tensor.shape.dim ?? []).map(readDimension);
  return { dtype: dataTypeOf(tensor.elemType), shape };
}

function readDimension({ dimValue, dimParam }: DimensionProto): Dimension {
  if (typeof dimValue === 'number' && dimValue >= 0) return dimValue;
  return dimParam === undefined || dimParam === '' ? unknownExtent : dimParam;
}

/** The `TypeProto` of a dense tensor; `undefined` when its element type has no code. */
export function buildType(dtype: DataType, shape: Shape | undefined): TypeProto | undefined {
  const elemType = codeOf(dtype);
  if (elemType === undefined) return undefined;
  return {
    tensorType: {
      elemType,
      ...(shape === undefined ? {} : { shape: shape.length === 0 ? {} : { dim: shape.map(writeDimension) } }),
    },
  };
}

function writeDimension(extent: Dimension): DimensionProto {
  if (typeof extent === 'number') return { dimValue: extent };
  return extent === unknownExtent ? {} : { dimParam: extent };
}

/** What must be kept so that a stated type is given back: nothing where dtype and shape say it all. */
export function statedType(
  proto: TypeProto | undefined,
  dtype: DataType,
  shape: Shape | undefined,
): StatedType | undefined {
  if (proto === undefined ? codeOf(dtype) === undefined : isBuiltFrom(proto, dtype, shape)) return undefined;
  return { dtype, ...(shape === undefined ? {} : { shape }), ...(proto === undefined ? {} : { proto }) };
}

/** True where `buildType` gives this very type: a comparison in depth, which names are too many for in a large model, without building. */
function isBuiltFrom(proto: TypeProto, dtype: DataType, shape: Shape | undefined): boolean {
  const tensor = proto.tensorType;
  if (tensor === undefined || !hasOnly(proto, 'tensorType') || !hasOnly(tensor, 'elemType', 'shape')) return false;
  if (tensor.elemType === undefined || tensor.elemType !== codeOf(dtype)) return false;
  if (tensor.shape === undefined || shape === undefined) return tensor.shape === shape;
  const { dim = [] } = tensor.shape;
  return (
    hasOnly(tensor.shape, 'dim') && dim.length === shape.length && dim.every((one, axis) => states(one, shape[axis]))
  );
}

function states(dimension: DimensionProto, extent: Dimension | undefined): boolean {
  if (typeof extent === 'number') return dimension.dimValue === extent && hasOnly(dimension, 'dimValue');
  return extent === unknownExtent
    ? hasOnly(dimension)
    : dimension.dimParam === extent && hasOnly(dimension, 'dimParam');
}

function hasOnly(record: object, ...keys: readonly string[]): boolean {
  for (const key in record) if (!keys.includes(key)) return false;
  return true;
}

/** The type to write for a tensor: as stated where the tensor is still of the dtype and shape it was read with, else built. */
export function writeType(tensor: Tensor): TypeProto | undefined {
  const stated = tensorExtras(tensor).type;
  return stated !== undefined && stated.dtype === tensor.dtype && isDeepStrictEqual(stated.shape, tensor.shape)
    ? stated.proto
    : buildType(tensor.dtype, tensor.shape);
}

/** What a type is that is no dense tensor, for a note; `undefined` for dense tensors and where nothing is stated. */
export function otherKind(proto: TypeProto | undefined): string | undefined {
  if (proto === undefined || proto.tensorType !== undefined) return undefined;
  if (proto.sequenceType !== undefined) return 'sequence';
  if (proto.mapType !== undefined) return 'map';
  if (proto.optionalType !== undefined) return 'optional';
  if (proto.sparseTensorType !== undefined) return 'sparse tensor';
  return proto.opaqueType === undefined ? undefined : 'opaque type';
}
