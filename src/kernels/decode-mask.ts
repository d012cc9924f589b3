import { type Channels, channelAt, headerBytes } from './decode-format.ts';
import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';
import { elementsFrom, type TypedArray } from './values.ts';

/**
 * Elements as a mask, a bit each and the first in the highest, with the values of those whose bit is set; the others are `zeroPoints` of their channel.
 * Source: lite/micro/kernels/decode_state_prune.cc of tensorflow/tflite-micro 90b983c.
 * @throws UserError where the device would read outside the stream or the values
 */
export function decodeMask(
  node: Pick<Node, 'where'>,
  encoded: Uint8Array,
  ancillary: Uint8Array,
  channels: Channels,
  zeroPoints: readonly number[],
  to: TypedArray,
): void {
  if (Math.ceil(to.length / 8) > encoded.length) refuse(node, 'its mask is too short');
  const kept = elementsFrom(to, ancillary.subarray(headerBytes));
  const isWide = to instanceof BigInt64Array || to instanceof BigUint64Array;
  let next = 0;
  for (let index = 0; index < to.length; index++) {
    if (((encoded[index >> 3] ?? 0) >> (~index & 7)) & 1) {
      const value = kept[next++];
      if (value === undefined) refuse(node, 'its mask has more bits set than there are values');
      to[index] = value;
    } else {
      const zero = zeroPoints[channelAt(channels, to.length, index)] ?? 0;
      to[index] = isWide ? BigInt(zero) : zero;
    }
  }
}
