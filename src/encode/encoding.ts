import { concreteShape } from '../graph/access.ts';
import type { Tensor } from '../graph/graph.ts';
import { type Channels, channelsOf, type StreamKind } from '../kernels/decode-format.ts';

/** A tensor as TFLM_DECODE takes it: the stream, and the ancillary tensor with header and tables. */
export interface Encoding {
  readonly kind: StreamKind;
  readonly encoded: Uint8Array;
  readonly ancillary: Uint8Array;
}

/** Bytes of both tensors. */
export function encodingBytes({ encoded, ancillary }: Encoding): number {
  return encoded.length + ancillary.length;
}

/** Elements by their bits, so that what is told apart is what the file tells apart: -0 from 0, one NaN from another. */
export type RawElements = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

const rawArrays = {
  bool: Uint8Array,
  int8: Uint8Array,
  int16: Uint16Array,
  int32: Uint32Array,
  float32: Uint32Array,
  int64: BigUint64Array,
} as const;

/** A constant's elements; `undefined` where it has no content of the length of its shape, or a type that TFLM_DECODE does not write. */
export function rawElements(tensor: Tensor): RawElements | undefined {
  const { data, dtype } = tensor;
  const shape = concreteShape(tensor.shape);
  if (data === undefined || shape === undefined || !Object.hasOwn(rawArrays, dtype)) return undefined;
  const array = rawArrays[dtype as keyof typeof rawArrays];
  const elements = new array(data.slice().buffer);
  return elements.length === shape.reduce((product, extent) => product * extent, 1) ? elements : undefined;
}

/** The channels of a tensor as the decoder sees them; `undefined` where it would refuse them, or where they do not share the elements evenly. */
export function tensorChannels(tensor: Tensor, elements: number): Channels | undefined {
  const channels = channelsOf(tensor.quantization, tensor.shape?.length ?? 0);
  return channels !== undefined && elements % channels.count === 0 ? channels : undefined;
}

/** Bytes of elements, little-endian. */
export function bytesOfElements(elements: RawElements): Uint8Array {
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}

/** Two arrays of bytes one after the other. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
