import { type Channels, headerBytes, tableLimits } from './decode-format.ts';
import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';
import { elementsFrom, type TypedArray } from './values.ts';

/**
 * Elements as indices of 1 to 7 bits, most significant bit first, into a table of values, one table per channel `stride` values after the other.
 * A stride of 0 gives all channels the same table. Source: `DecompressToBufferWidthAny` in lite/micro/kernels/decode_state_lut.cc of tensorflow/tflite-micro 90b983c.
 * @throws UserError where the device would read outside the stream or the table
 */
export function decodeTable(
  node: Pick<Node, 'where'>,
  encoded: Uint8Array,
  ancillary: Uint8Array,
  channels: Channels,
  to: TypedArray,
): void {
  const bits = (ancillary[5] ?? 0) & tableLimits.indexBits;
  const stride = ancillary[6] ?? 0;
  if (bits === 0) refuse(node, 'its indices have no bits');
  if (Math.ceil((to.length * bits) / 8) > encoded.length) refuse(node, 'its stream of indices is too short');
  const table = elementsFrom(to, ancillary.subarray(headerBytes));
  const each = channels.isInterleaved ? 1 : Math.floor(to.length / channels.count);
  const mask = (1 << bits) - 1;
  for (let index = 0; index < to.length; index++) {
    const bit = index * bits;
    const window = ((encoded[bit >> 3] ?? 0) << 8) | (encoded[(bit >> 3) + 1] ?? 0);
    const entry = (window >> (16 - bits - (bit & 7))) & mask;
    const channel = channels.isInterleaved ? index % channels.count : Math.floor(index / each);
    const value = table[channel * stride + entry];
    if (value === undefined) refuse(node, `its table has no value ${entry} of channel ${channel}`);
    to[index] = value;
  }
}
