import { tensorExtras } from '../../formats/tflite/extras.ts';
import { concreteShape } from '../../graph/access.ts';
import type { Tensor } from '../../graph/graph.ts';

/** True when the same bytes mean the same numbers in both tensors: type, scales and zero points are equal, whatever the shapes are. */
export function meansTheSame(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype) return false;
  const [one, other] = [a, b].map(({ quantization, extras }) =>
    JSON.stringify([quantization?.scale ?? [], quantization?.zeroPoint ?? [], extras?.quantization ?? null]),
  );
  if (one !== other) return false;
  return (a.quantization?.scale.length ?? 0) <= 1 || a.quantization?.axis === b.quantization?.axis;
}

/** True when both shapes are known and equal, and leave the same extents to the caller. */
export function hasSameShape(a: Tensor, b: Tensor): boolean {
  const [one, other] = [concreteShape(a.shape), concreteShape(b.shape)];
  if (one === undefined || other === undefined || one.join() !== other.join()) return false;
  return (tensorExtras(a).shapeSignature ?? one).join() === (tensorExtras(b).shapeSignature ?? other).join();
}

/** True when the caller may not choose another extent than the one in `shape`. */
export function isFixed(tensor: Tensor): boolean {
  return concreteShape(tensor.shape) !== undefined && tensorExtras(tensor).shapeSignature?.includes(-1) !== true;
}
