import { constantNumbers } from '../graph/constant-numbers.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Quantization, Tensor } from '../graph/graph.ts';

/** A float constant as int8. */
export function quantizedConstant(tensor: Tensor, quantization: Quantization): Tensor {
  const numbers = constantNumbers(tensor) ?? [];
  const shape = tensor.shape as readonly number[];
  const { scale, zeroPoint, axis } = quantization;
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const integers = numbers.map((value, index) => {
    const channel = scale.length === 1 ? 0 : Math.floor(index / inner) % scale.length;
    const raw = Math.round(value / (scale[channel] as number)) + (zeroPoint[channel] as number);
    return Math.min(127, Math.max(-128, raw));
  });
  return { ...tensorOf(tensor.name, constantOf('int8', shape, integers)), quantization };
}

/** Scale and zero point for the numbers of a constant, 0 among them. */
export function rangeOf(tensor: Tensor): Quantization {
  const numbers = constantNumbers(tensor) ?? [];
  const least = numbers.reduce((a, b) => Math.min(a, b), 0);
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  const scale = Math.fround((most - least) / 255) || 1;
  return { scale: [scale], zeroPoint: [Math.round(-128 - least / scale)], axis: 0 };
}
