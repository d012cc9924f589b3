/** Elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** The shape that two shapes broadcast to (numpy's rule); `undefined` when they do not fit. */
export function broadcastShapes(left: readonly number[], right: readonly number[]): number[] | undefined {
  const rank = Math.max(left.length, right.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) return undefined;
    shape.push(a === 1 ? b : a);
  }
  return shape;
}

/** Strides for reading a tensor of `shape` as if it had been broadcast to `target`: 0 along repeated axes. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape);
  return target.map((_, axis) => {
    const position = axis - target.length + shape.length;
    return position < 0 || shape[position] === 1 ? 0 : (own[position] as number);
  });
}

/** Calls `visit` with the source offset of every element of `shape`, in row-major order. */
export function forEachOffset(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  visit: (offset: number, index: number) => void,
): void {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const position = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let index = 0; index < count; index++) {
    visit(offset, index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] as number) + 1;
      if (next < (shape[axis] as number)) {
        position[axis] = next;
        offset += strides[axis] as number;
        break;
      }
      offset -= (position[axis] as number) * (strides[axis] as number);
      position[axis] = 0;
    }
  }
}

/** An axis counted from the front; `undefined` when it lies outside. */
export function normalAxis(axis: number, rank: number): number | undefined {
  const normal = axis < 0 ? axis + rank : axis;
  return Number.isInteger(normal) && normal >= 0 && normal < rank ? normal : undefined;
}

/** The elements that a slice along one axis takes: first index, step and count (ONNX `Slice`: ends are exclusive and clamped). */
export function sliceRange(
  extent: number,
  start: number,
  end: number,
  step: number,
): { readonly first: number; readonly count: number } {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  const from = start < 0 ? start + extent : start;
  const to = end < 0 ? end + extent : end;
  const first = step > 0 ? clamp(from, 0, extent) : clamp(from, 0, extent - 1);
  const last = step > 0 ? clamp(to, 0, extent) : clamp(to, -1, extent - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}
