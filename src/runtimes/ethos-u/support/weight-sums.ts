import { concreteShape } from '../../../graph/access.ts';
import type { OperatorView } from './view.ts';

/**
 * The largest sum of absolute weights, zero points taken off, over the filters of an operator; `undefined` where it has no constant weights of 8 bits.
 * Depthwise filters are `[1, h, w, channels]`, all others have their output channels first.
 */
export function weightSums({ operator, weights }: OperatorView): number | undefined {
  const shape = concreteShape(weights?.shape);
  if (weights?.data === undefined || shape === undefined) return undefined;
  if (weights.dtype !== 'int8' && weights.dtype !== 'uint8') return undefined;
  const { buffer, byteOffset, byteLength } = weights.data;
  const values = weights.dtype === 'int8' ? new Int8Array(buffer, byteOffset, byteLength) : weights.data;
  const isDepthwise = operator.type === 'DEPTHWISE_CONV_2D';
  const channels = (isDepthwise ? shape.at(-1) : shape[0]) ?? 1;
  const perFilter = values.length / Math.max(1, channels);
  // No filter of this size can reach the limit.
  if (perFilter * 255 < 127 * 2 ** 16) return 0;
  const zeros = weights.quantization?.zeroPoint ?? [];
  const sums = new Float64Array(channels);
  values.forEach((value: number, index: number) => {
    const channel = isDepthwise ? index % channels : Math.floor(index / perFilter);
    sums[channel] = (sums[channel] ?? 0) + Math.abs(value - ((zeros.length > 1 ? zeros[channel] : zeros[0]) ?? 0));
  });
  return Math.max(0, ...sums);
}
