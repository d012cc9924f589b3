import { elementCount, tensorBytes } from '../../graph/access.ts';
import type { Tensor } from '../../graph/graph.ts';

/** Bytes and type of a tensor between kernels: what is stored in integers is computed in float32. */
export function held(tensor: Tensor): { readonly bytes: number; readonly type: string } {
  return isQuantised(tensor)
    ? { bytes: 4 * (elementCount(tensor) ?? 0), type: 'float32' }
    : { bytes: tensorBytes(tensor) ?? 0, type: tensor.dtype };
}

/** Integers that stand for real numbers. ONNX says so beside the tensor; narrow integers are for nothing else there. */
export function isQuantised({ dtype, quantization }: Tensor): boolean {
  return quantization !== undefined || dtype === 'int8' || dtype === 'uint8';
}
