import { intAttribute, intsAttribute, stringAttribute } from '../access.ts';
import type { Dimension, Operator, Shape } from '../graph.ts';
import { compute } from './fact.ts';

/** How a kernel moves over the spatial axes of its input. */
export interface Windows {
  readonly kernel: readonly Dimension[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin and end padding per axis; with `SAME_*` and `VALID` it follows from the shapes instead. */
  readonly pads: readonly (readonly [number, number])[];
  readonly autoPad: string;
  readonly ceil: boolean;
}

/** The windows of a convolution or pooling over `spatial` axes, defaults filled in. */
export function windowsOf(operator: Operator, kernel: readonly Dimension[]): Windows {
  const rank = kernel.length;
  const ones = new Array<number>(rank).fill(1);
  const flat = intsAttribute(operator, 'pads') ?? new Array<number>(2 * rank).fill(0);
  return {
    kernel,
    strides: intsAttribute(operator, 'strides') ?? ones,
    dilations: intsAttribute(operator, 'dilations') ?? ones,
    pads: ones.map((_, axis) => [flat[axis] ?? 0, flat[axis + rank] ?? 0] as const),
    autoPad: stringAttribute(operator, 'auto_pad', 'NOTSET'),
    ceil: intAttribute(operator, 'ceil_mode', 0) !== 0,
  };
}

/**
 * Spatial extents after sliding windows over `spatial` (ONNX `Conv`, `MaxPool`: "output_shape" formulas).
 * With `ceil_mode` a last window that would start beyond the input and its begin padding is left out, as ONNX Runtime does.
 */
export function slidExtents(spatial: Shape, windows: Windows): Shape {
  return spatial.map((extent, axis) => {
    const stride = windows.strides[axis] ?? 1;
    const [begin, end] = windows.pads[axis] ?? [0, 0];
    const span = compute((kernel) => (kernel - 1) * (windows.dilations[axis] ?? 1) + 1, windows.kernel[axis] ?? '?');
    if (windows.autoPad.startsWith('SAME')) {
      return stride === 1 ? extent : compute((size) => Math.ceil(size / stride), extent);
    }
    const valid = windows.autoPad === 'VALID';
    const padding = valid ? 0 : begin + end;
    // A name survives a window that changes nothing.
    if (stride === 1 && typeof span === 'number' && padding === span - 1) return extent;
    return compute(
      (size, width) => {
        const steps = (size + padding - width) / stride;
        if (!windows.ceil) return Math.max(0, Math.floor(steps) + 1);
        const count = Math.ceil(steps) + 1;
        return (count - 1) * stride >= size + (valid ? 0 : begin) ? count - 1 : count;
      },
      extent,
      span,
    );
  });
}

/** Spatial extents of a transposed convolution (ONNX `ConvTranspose`). */
export function stretchedExtents(operator: Operator, spatial: Shape, windows: Windows): Shape {
  const wanted = intsAttribute(operator, 'output_shape');
  const extra = intsAttribute(operator, 'output_padding');
  if (wanted !== undefined) return wanted.slice(-spatial.length);
  return spatial.map((extent, axis) => {
    const stride = windows.strides[axis] ?? 1;
    const [begin, end] = windows.pads[axis] ?? [0, 0];
    if (windows.autoPad.startsWith('SAME')) return compute((size) => size * stride, extent);
    const padding = windows.autoPad === 'VALID' ? 0 : begin + end;
    return compute(
      (size, kernel) =>
        stride * (size - 1) + (extra?.[axis] ?? 0) + (kernel - 1) * (windows.dilations[axis] ?? 1) + 1 - padding,
      extent,
      windows.kernel[axis] ?? '?',
    );
  });
}
