/** The custom code of the operator that decodes weights, as `MicroMutableOpResolver::AddDecode` registers it. */
export const decodeOperator = 'TFLM_DECODE';

/**
 * The 16 bytes at the beginning of an ancillary tensor: kind, version of the header, two reserved, then the kind's own version and parameters.
 * What the kind needs besides, a table of values or of codes, follows.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/kernels/decode_state.h, decode_state_lut.h, decode_state_huffman.h, decode_state_prune.h.
 */
export const headerBytes = 16;

/** Kinds of streams, by the number in byte 0. */
export const streamKinds = { table: 0, huffman: 1, mask: 2 } as const;
export type StreamKind = keyof typeof streamKinds;

/** Versions in byte 1 and in byte 4. */
export const formatVersion = 1;

/** Elements of the table of one channel, `kMaxValueTableChannelStride`, and bits of an index into it, `kMaxBitWidth`. */
export const tableLimits = { values: 128, indexBits: 7 } as const;

/** An entry of a Huffman table: a bit that tells symbols from links, four bits of a count, the rest a symbol or the distance to a further table. */
export interface HuffmanEntryFormat {
  readonly bytes: 2 | 4;
  readonly symbolFlag: number;
  readonly countShift: number;
  readonly valueMask: number;
}
export const narrowEntry: HuffmanEntryFormat = { bytes: 2, symbolFlag: 0x8000, countShift: 11, valueMask: 0x7ff };
export const wideEntry: HuffmanEntryFormat = { bytes: 4, symbolFlag: 0x80000000, countShift: 27, valueMask: 0x7ffffff };
/** Bits that an entry's count can say. */
export const countMask = 15;

/** The header of a stream, its parameters from byte 4 on. */
export function streamHeader(kind: StreamKind, ...parameters: readonly number[]): Uint8Array {
  const header = new Uint8Array(headerBytes);
  header.set([streamKinds[kind], formatVersion, 0, 0, formatVersion, ...parameters]);
  return header;
}

/** How the elements of a decoded tensor fall into the channels of its quantisation. */
export interface Channels {
  readonly count: number;
  /** The last axis: neighbours belong to different channels. Else the first axis: a channel's elements lie together. */
  readonly isInterleaved: boolean;
}

/**
 * The channels that the decoder sees; `undefined` where it refuses the axis, which it does for tensors of one scale too.
 * Source: `Setup` in lite/micro/kernels/decode_state_lut.cc and decode_state_prune.cc.
 */
export function channelsOf(
  quantization: { readonly scale: readonly number[]; readonly axis: number } | undefined,
  rank: number,
): Channels | undefined {
  if (quantization === undefined || quantization.scale.length === 0) return { count: 1, isInterleaved: false };
  const count = quantization.scale.length;
  if (quantization.axis === rank - 1 && count > 1) return { count, isInterleaved: true };
  return quantization.axis === 0 ? { count, isInterleaved: false } : undefined;
}

/** The channel of an element. */
export function channelAt({ count, isInterleaved }: Channels, elements: number, index: number): number {
  return isInterleaved ? index % count : Math.floor(index / Math.floor(elements / count));
}
