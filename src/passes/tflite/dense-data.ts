import type { TableValue, Value } from '../../formats/flatbuffer/value.ts';
import { tensorExtras } from '../../formats/tflite/extras.ts';
import { concreteShape } from '../../graph/access.ts';
import type { Tensor } from '../../graph/graph.ts';

/** How many times as large as what is stored a dense constant may be, from a few kilobytes on; nobody keeps so few elements, but a file could ask for all memory. */
const mostGrowth = 1024;
const alwaysAllowedBytes = 4096;

/**
 * The content of a sparse constant with its zeros in place, row-major; `undefined` where it is not sparse, or not as the schema says.
 *
 * A sparse constant keeps its elements in the order of a tree with a level for each dimension, and for each dimension of the blocks that these are cut into; a level has all its indices or names
 * those that hold something (`SparsityParameters` of TensorFlow Lite's schema).
 * @param elementBytes of one element
 */
export function denseData(tensor: Tensor, elementBytes: number): Uint8Array | undefined {
  const { sparsity } = tensorExtras(tensor);
  const shape = concreteShape(tensor.shape);
  if (sparsity === undefined || shape === undefined || tensor.data === undefined) return undefined;
  const levels = levelsOf(sparsity, shape);
  if (levels === undefined) return undefined;
  const count = shape.reduce((product, extent) => product * extent, 1);
  const { data } = tensor;
  if (count * elementBytes > alwaysAllowedBytes + data.length * mostGrowth) return undefined;
  const dense = new Uint8Array(count * elementBytes);
  let taken = 0;
  const place = (level: number, parent: number, offset: number): boolean => {
    const current = levels[level];
    if (current === undefined) {
      const from = taken++ * elementBytes;
      if (from + elementBytes > data.length || offset >= count) return false;
      dense.set(data.subarray(from, from + elementBytes), offset * elementBytes);
      return true;
    }
    const { extent, stride, sparse } = current;
    const begin = sparse === undefined ? parent * extent : (sparse.segments[parent] ?? 0);
    const end = sparse === undefined ? begin + extent : (sparse.segments[parent + 1] ?? -1);
    if (end < begin || (sparse !== undefined && end > sparse.indices.length)) return false;
    for (let position = begin; position < end; position += 1) {
      const index = sparse === undefined ? position - begin : (sparse.indices[position] ?? extent);
      if (index >= extent || !place(level + 1, position, offset + index * stride)) return false;
    }
    return true;
  };
  return place(0, 0, 0) && taken * elementBytes === data.length ? dense : undefined;
}

/** A level of the tree. */
interface Level {
  /** How many indices there are. */
  readonly extent: number;
  /** How many elements lie between two of them in the dense tensor. */
  readonly stride: number;
  /** Which of them are there, for each index of the level above; all without it. */
  readonly sparse?: { readonly segments: ArrayLike<number>; readonly indices: ArrayLike<number> };
}

function levelsOf(sparsity: TableValue, shape: readonly number[]): readonly Level[] | undefined {
  const order = numbersOf(sparsity.traversal_order);
  const blockMap = Array.from(numbersOf(sparsity.block_map) ?? []);
  const described = tablesOf(sparsity.dim_metadata);
  const rank = shape.length;
  if (order === undefined || described.length !== order.length || order.length !== rank + blockMap.length) {
    return undefined;
  }
  const isPermutation =
    new Set(Array.from(order)).size === order.length && Math.max(-1, ...Array.from(order)) < order.length;
  if (!isPermutation) return undefined;
  const blockSize = new Array<number>(rank).fill(1);
  for (const [level, { dense_size: size }] of described.entries()) {
    const dimension = blockMap[(order[level] ?? 0) - rank];
    if ((order[level] ?? 0) >= rank) {
      if (dimension === undefined || blockSize[dimension] !== 1 || typeof size !== 'number' || size < 1)
        return undefined;
      blockSize[dimension] = size;
    }
  }
  const strides = shape.map((_, index) => shape.slice(index + 1).reduce((product, extent) => product * extent, 1));
  const levels = described.map((entry, level): Level | undefined => {
    const at = order[level] ?? 0;
    const dimension = at < rank ? at : (blockMap[at - rank] ?? -1);
    const [size = 1, extent = 0, stride = 0] = [blockSize[dimension], shape[dimension], strides[dimension]];
    const whole = at < rank ? { extent: extent / size, stride: stride * size } : { extent: size, stride };
    if (!Number.isInteger(whole.extent)) return undefined;
    if (entry.format === 'DENSE') return entry.dense_size === whole.extent ? whole : undefined;
    const [segments, indices] = [vectorOf(entry.array_segments), vectorOf(entry.array_indices)];
    return segments === undefined || indices === undefined ? undefined : { ...whole, sparse: { segments, indices } };
  });
  return levels.every((level) => level !== undefined) ? levels : undefined;
}

function numbersOf(value: Value | undefined): ArrayLike<number> | undefined {
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) && value.every((each) => typeof each === 'number' && each >= 0)
    ? (value as number[])
    : undefined;
}

function tablesOf(value: Value | undefined): readonly TableValue[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'object') ? (value as TableValue[]) : [];
}

/** The numbers of a vector in a table of a union. */
function vectorOf(value: Value | undefined): ArrayLike<number> | undefined {
  if (typeof value !== 'object' || !('value' in value)) return undefined;
  const { values } = value.value as TableValue;
  return numbersOf(values);
}
