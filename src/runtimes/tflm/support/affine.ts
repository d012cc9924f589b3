import { tensorExtras } from '../../../formats/tflite/extras.ts';
import type { Tensor } from '../../../graph/graph.ts';

/** Scales, zero points and their axis as the file gives them. */
export interface Affine {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

/** A tensor's quantisation as the interpreter sees it: `undefined` unless the file has scales and zero points. */
export function affineOf(tensor: Tensor): Affine | undefined {
  const { quantization: raw, quantizedDimension } = tensorExtras(tensor);
  const {
    scale = [],
    zeroPoint = [],
    axis = 0,
  } = tensor.quantization ?? {
    scale: raw?.scale,
    zeroPoint: raw?.zero_point?.map(Number),
    axis: raw?.quantized_dimension,
  };
  return scale.length === 0 || zeroPoint.length === 0
    ? undefined
    : { scale, zeroPoint, axis: quantizedDimension ?? axis };
}

/** The scale of the whole tensor, the first where there are several; 0 where it has none. */
export function scaleOf(tensor: Tensor): number {
  return affineOf(tensor)?.scale[0] ?? 0;
}

/** The zero point of the whole tensor, the first where there are several; 0 where it has none. */
export function zeroPointOf(tensor: Tensor): number {
  return affineOf(tensor)?.zeroPoint[0] ?? 0;
}
