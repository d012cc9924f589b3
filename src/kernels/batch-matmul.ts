import { intAttribute } from '../graph/access.ts';
import { typeRange } from './arithmetic/activation.ts';
import type { Finish } from './arithmetic/channel-scaling.ts';
import { finished, finishOf } from './arithmetic/channel-scaling.ts';
import { fixedPoint } from './arithmetic/fixed-point.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import { dotFloat } from './convolution.ts';
import { dotShifted } from './fully-connected.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';

/** BATCH_MATMUL in int8, int16 and float, ranks 2 to 4, batches broadcast; either matrix may be given transposed. */
export const batchMatmul: Kernel = (node) => {
  const left = input(node, 0);
  const right = input(node, 1);
  const result = output(node);
  const layout = layoutOf(node, left, right, result);
  const a = left.values;
  const b = right.values;
  const to = result.values;
  // Both operands are brought to rows that lie along the summed axis.
  const rowsOfA = new (a.constructor as Int8ArrayConstructor)(a.length);
  const rowsOfB = new (b.constructor as Int8ArrayConstructor)(b.length);
  const arrange = () => {
    reorder(a as Int8Array, layout.leftOrder, rowsOfA);
    reorder(b as Int8Array, layout.rightOrder, rowsOfB);
  };
  if (a instanceof Float32Array && b instanceof Float32Array && to instanceof Float32Array) {
    return () => {
      arrange();
      forEachCell(layout, (at, leftAt, rightAt) => {
        const rows = rowsOfA as unknown as Float32Array;
        to[at] = dotFloat(rows, leftAt, rowsOfB as unknown as Float32Array, rightAt, layout.depth, 0);
      });
    };
  }
  if (
    (a instanceof Int8Array && b instanceof Int8Array && to instanceof Int8Array) ||
    (a instanceof Int16Array && b instanceof Int16Array && to instanceof Int16Array)
  ) {
    const finish = finishing(node, left, right, result);
    return () => {
      arrange();
      forEachCell(layout, (at, leftAt, rightAt) => {
        const sum = dotShifted(rowsOfA, leftAt, left.zeroPoint, rowsOfB, rightAt, right.zeroPoint, layout.depth);
        to[at] = finished(sum, 0, finish);
      });
    };
  }
  return refuseTypes(node, left.dtype, right.dtype, result.dtype);
};

/** One factor for all, the scales multiplied in single precision (`GetQuantizedConvolutionMultipler`). */
function finishing(node: Node, left: Value, right: Value, result: Value): Finish {
  const wide = result.dtype === 'int16';
  if (wide && (left.zeroPoint !== 0 || right.zeroPoint !== 0 || result.zeroPoint !== 0)) {
    refuse(node, 'the zero points of int16 matrices have to be 0');
  }
  const { multiplier, shift } = fixedPoint(Math.fround(left.scale * right.scale) / result.scale);
  const scaling = {
    multipliers: Int32Array.of(multiplier),
    shifts: Int32Array.of(shift),
    zeroPoint: result.zeroPoint,
    range: typeRange(result.dtype),
  };
  return finishOf(node, scaling, undefined, wide);
}

interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** By batch of the output: which batch of each operand. */
  readonly leftBatches: Int32Array;
  readonly rightBatches: Int32Array;
  /** Where each element of an operand, arranged in rows along the summed axis, comes from; `undefined` where they lie so already. */
  readonly leftOrder: Int32Array | undefined;
  readonly rightOrder: Int32Array | undefined;
}

function layoutOf(node: Node, left: Value, right: Value, result: Value): Layout {
  const rank = Math.max(left.shape.length, right.shape.length);
  if (Math.min(left.shape.length, right.shape.length) < 2 || rank > 4) refuse(node, 'its matrices need 2 to 4 axes');
  const extended = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const a = extended(left.shape);
  const b = extended(right.shape);
  const [leftRows, leftColumns] = a.slice(-2) as [number, number];
  const [rightRows, rightColumns] = b.slice(-2) as [number, number];
  const transposeLeft = intAttribute(node.operator, 'adj_x', 0) !== 0;
  const transposeRight = intAttribute(node.operator, 'adj_y', 0) !== 0;
  const depth = transposeLeft ? leftRows : leftColumns;
  const rows = transposeLeft ? leftColumns : leftRows;
  const columns = transposeRight ? rightRows : rightColumns;
  if (depth !== (transposeRight ? rightColumns : rightRows)) refuse(node, 'its matrices do not fit each other');
  const batches = a.slice(0, -2).map((extent, axis) => {
    const other = b[axis] ?? 1;
    if (extent !== other && extent !== 1 && other !== 1)
      refuse(node, `its batches of ${extent} and ${other} do not fit`);
    return Math.max(extent, other);
  });
  const count = batches.reduce((product, extent) => product * extent, 1);
  if (count * rows * columns !== result.values.length) refuse(node, 'its output has another size than its product');
  return {
    rows,
    columns,
    depth,
    leftBatches: batchPositions(a.slice(0, -2), batches),
    rightBatches: batchPositions(b.slice(0, -2), batches),
    leftOrder: transposeLeft ? transposed(left.values.length, leftRows, leftColumns) : undefined,
    rightOrder: transposeRight ? undefined : transposed(right.values.length, rightRows, rightColumns),
  };
}

function batchPositions(own: readonly number[], batches: readonly number[]): Int32Array {
  const strides = rowMajorStrides(own);
  return sourcePositions(batches.map((extent, axis) => evenSteps(extent, own[axis] === 1 ? 0 : (strides[axis] ?? 0))));
}

/** The order that turns matrices of `rows` × `columns` around. */
function transposed(length: number, rows: number, columns: number): Int32Array {
  const matrices = length / (rows * columns);
  return sourcePositions([evenSteps(matrices, rows * columns), evenSteps(columns, 1), evenSteps(rows, columns)]);
}

function reorder(from: Int8Array, order: Int32Array | undefined, to: Int8Array): void {
  if (order === undefined) to.set(from);
  else for (let index = 0; index < to.length; index++) to[index] = from[order[index] as number] as number;
}

function forEachCell(layout: Layout, compute: (at: number, leftAt: number, rightAt: number) => void): void {
  const { rows, columns, depth, leftBatches, rightBatches } = layout;
  let next = 0;
  for (let batch = 0; batch < leftBatches.length; batch++) {
    const leftAt = (leftBatches[batch] as number) * rows * depth;
    const rightAt = (rightBatches[batch] as number) * columns * depth;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) compute(next++, leftAt + row * depth, rightAt + column * depth);
    }
  }
}
