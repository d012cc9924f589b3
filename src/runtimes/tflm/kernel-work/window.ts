/** One axis of a sliding window. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the input. */
  readonly padding: number;
}

/** Filter positions of all output positions along one axis that lie inside the input; products over axes count whole windows. */
export function positionsInside({ input, output, filter, stride, dilation, padding }: WindowAxis): number {
  let inside = 0;
  for (let position = 0; position < output; position++) {
    const start = position * stride - padding;
    const first = Math.max(0, Math.ceil(-start / dilation));
    const end = Math.min(filter, Math.ceil((input - start) / dilation));
    inside += Math.max(0, end - first);
  }
  return inside;
}
