import type { Tensor } from '../graph/graph.ts';
import { channelAt, streamHeader } from '../kernels/decode-format.ts';
import { bytesOfElements, type Encoding, joined, rawElements, tensorChannels } from './encoding.ts';
import { packBits } from './pack-bits.ts';

/**
 * A sparse tensor as a mask of a bit per element and the values of those that are not the zero point of their channel.
 * `undefined` for channels that the decoder refuses, and for zero points that are not 0 in types other than int8.
 */
export function encodeMask(tensor: Tensor): Encoding | undefined {
  const elements = rawElements(tensor);
  const channels = elements === undefined ? undefined : tensorChannels(tensor, elements.length);
  if (elements === undefined || elements.length === 0 || channels === undefined) return undefined;
  const zeroPoints = tensor.quantization?.zeroPoint ?? [];
  if (tensor.dtype !== 'int8' && zeroPoints.some((zeroPoint) => zeroPoint !== 0)) return undefined;
  // The decoder keeps zero points as int8.
  const zeros = zeroPoints.map((zeroPoint) => zeroPoint & 0xff);
  const isKept = (value: number | bigint, index: number) =>
    Number(value) !== (zeros[channelAt(channels, elements.length, index)] ?? 0);
  const mask = Uint8Array.from({ length: elements.length }, (_, index) => Number(isKept(elements[index] ?? 0, index)));
  const kept = (elements as Uint8Array).filter((value, index) => isKept(value, index));
  return {
    kind: 'mask',
    encoded: packBits(mask, 1),
    ancillary: joined(streamHeader('mask'), bytesOfElements(kept)),
  };
}
