import { UserError } from '../../errors.ts';
import { bytesOf, elementBits } from '../../graph/data-type.ts';
import type { Tensor } from '../../graph/graph.ts';
import type { SparseTensorProto } from './messages.ts';
import { type ReadContext, takeOutsideBytes } from './read-context.ts';
import { dimsOf, readTensor } from './tensors.ts';

/**
 * A sparse initializer as the dense constant that runtimes make of it (onnx.proto, `SparseTensorProto`: `indices` are positions in row-major
 * order, or one row of coordinates per value). Its sparse form is kept for writing.
 * @throws UserError when indices are outside the shape, or the dense forms exceed the limit
 */
export function readSparseTensor(proto: SparseTensorProto, context: ReadContext): Tensor {
  const { label } = context;
  const values = readTensor(proto.values ?? {}, context);
  const indices = readTensor(proto.indices ?? {}, context);
  const what = `sparse tensor ${JSON.stringify(values.name)}`;
  const shape = dimsOf(proto.dims, what, label);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const bytes = bytesOf(values.dtype, elements);
  const width = elementBits(values.dtype) / 8;
  if (width < 1 || values.data === undefined || indices.dtype !== 'int64' || indices.data === undefined) {
    throw damaged(what, label);
  }
  takeOutsideBytes(context, bytes);
  const dense = new Uint8Array(bytes);
  const count = values.data.byteLength / width;
  const perValue = indices.shape?.length === 2 ? shape.length : 1;
  const view = new DataView(indices.data.buffer, indices.data.byteOffset, indices.data.byteLength);
  if (indices.data.byteLength !== count * perValue * 8) throw damaged(what, label);
  for (let index = 0; index < count; index++) {
    let position = 0;
    for (let axis = 0; axis < perValue; axis++) {
      const coordinate = Number(view.getBigInt64((index * perValue + axis) * 8, true));
      const extent = perValue === 1 ? elements : (shape[axis] as number);
      if (coordinate < 0 || coordinate >= extent) throw damaged(what, label);
      position = position * extent + coordinate;
    }
    dense.set(values.data.subarray(index * width, (index + 1) * width), position * width);
  }
  return { name: values.name, dtype: values.dtype, shape, data: dense, extras: { sparse: { proto, dense } } };
}

function damaged(what: string, label: string): UserError {
  return new UserError(`${label}: ${what} has values or indices that do not fit its shape; export the model again.`);
}
