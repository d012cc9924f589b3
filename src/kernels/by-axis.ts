/**
 * For one axis of an output: by coordinate, how far into the input it leads, in elements; negative where it leads to nothing.
 * An output whose every axis has such a table is a rearrangement of its input.
 */
export type AxisSteps = ArrayLike<number>;

/** The distance between neighbours along each axis of a row-major tensor, in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** The steps of an axis that goes `count` times by `stride` elements from `start`. */
export function evenSteps(count: number, stride: number, start = 0): AxisSteps {
  return Int32Array.from({ length: count }, (_, index) => start + index * stride);
}

/**
 * For every element of the output, in row-major order, the position in the input that its axes lead to: the sum of their steps,
 * or -1 where one of them leads to nothing. No axis at all is a scalar, which takes the input's first element.
 */
export function sourcePositions(axes: readonly AxisSteps[]): Int32Array {
  let positions = Int32Array.of(0);
  for (const steps of axes) {
    const longer = new Int32Array(positions.length * steps.length);
    let next = 0;
    for (const base of positions) {
      for (let index = 0; index < steps.length; index += 1) {
        const step = steps[index] as number;
        longer[next] = base < 0 || step < 0 ? -1 : base + step;
        next += 1;
      }
    }
    positions = longer;
  }
  return positions;
}

/**
 * The positions in an input of `shape` whose elements stand opposite those of an output of `outputShape`, when the input is broadcast:
 * shapes are aligned at the last axis and an extent of 1 is repeated.
 */
export function broadcastPositions(shape: readonly number[], outputShape: readonly number[]): Int32Array {
  const strides = rowMajorStrides(shape);
  const missing = outputShape.length - shape.length;
  return sourcePositions(
    outputShape.map((extent, axis) => {
      const own = axis - missing;
      return evenSteps(extent, own < 0 || shape[own] === 1 ? 0 : (strides[own] ?? 0));
    }),
  );
}
