import type { Tensor } from '../graph/graph.ts';
import { type Channels, channelAt, streamHeader, tableLimits } from '../kernels/decode-format.ts';
import {
  bytesOfElements,
  type Encoding,
  encodingBytes,
  joined,
  type RawElements,
  rawElements,
  tensorChannels,
} from './encoding.ts';
import { packBits } from './pack-bits.ts';

/**
 * A tensor of at most 128 different values as indices of 1 to 7 bits and a table of the values: one table for all channels, or one each, whichever is smaller.
 * `undefined` where there are more values, or channels that the decoder refuses.
 */
export function encodeTable(tensor: Tensor): Encoding | undefined {
  const elements = rawElements(tensor);
  const channels = elements === undefined ? undefined : tensorChannels(tensor, elements.length);
  if (elements === undefined || elements.length === 0 || channels === undefined) return undefined;
  const shared = tables(elements, { count: 1, isInterleaved: false });
  const each = channels.count === 1 ? undefined : tables(elements, channels);
  // With a stride of 0 the decoder stays at the first table, whatever the channel.
  const candidates = [
    ...(shared === undefined ? [] : [assemble(elements, shared, channels.count === 1 ? undefined : 0)]),
    ...(each === undefined ? [] : [assemble(elements, each, undefined)]),
  ];
  return candidates.sort((a, b) => encodingBytes(a) - encodingBytes(b))[0];
}

interface Tables {
  /** The values of each channel, ascending by their bits. */
  readonly values: readonly (readonly (number | bigint)[])[];
  /** The position of each element in the table of its channel. */
  readonly indices: Uint8Array;
}

function tables(elements: RawElements, channels: Channels): Tables | undefined {
  const positions = Array.from({ length: channels.count }, () => new Map<number | bigint, number>());
  const positionsAt = (index: number) => positions[channelAt(channels, elements.length, index)];
  for (let index = 0; index < elements.length; index++) {
    const own = positionsAt(index);
    own?.set(elements[index] ?? 0, 0);
    if ((own?.size ?? 0) > tableLimits.values) return undefined;
  }
  const values = positions.map((own) => [...own.keys()].sort((a, b) => (a < b ? -1 : 1)));
  values.forEach((sorted, channel) => {
    for (const [position, value] of sorted.entries()) positions[channel]?.set(value, position);
  });
  const indices = Uint8Array.from(
    { length: elements.length },
    (_, index) => positionsAt(index)?.get(elements[index] ?? 0) ?? 0,
  );
  return { values, indices };
}

/** Tables of equal length, shorter ones filled up with zeros; `stride` where it is not that length. */
function assemble(elements: RawElements, { values, indices }: Tables, stride: number | undefined): Encoding {
  const length = Math.max(...values.map((own) => own.length));
  const bits = Math.max(1, Math.ceil(Math.log2(length)));
  const table = new (elements.constructor as new (length: number) => RawElements)(length * values.length);
  values.forEach((own, channel) => {
    for (const [position, value] of own.entries()) table[channel * length + position] = value;
  });
  return {
    kind: 'table',
    encoded: packBits(indices, bits),
    ancillary: joined(streamHeader('table', bits, stride ?? length), bytesOfElements(table)),
  };
}
