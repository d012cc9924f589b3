import { PbfReader } from 'pbf';

/** Wire types of protobuf (protobuf.dev, "Encoding"). Groups (3 and 4) are not used by ONNX. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Thrown where bytes cannot be protobuf; `message` says why, `offset` where. Never leaves `formats/onnx`. */
export class WireError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const longestVarint = 10;

/**
 * The 64-bit signed varint at the reader's position, exactly: a number where it is a safe integer, else a `bigint`.
 * @throws WireError when it does not end before `end` or has more than 64 bits
 */
export function readInt64(reader: PbfReader, end: number): number | bigint {
  const start = reader.pos;
  let stop = start;
  while (stop < end && (reader.buf[stop] as number) > 0x7f) stop++;
  const length = stop - start + 1;
  if (stop >= end) throw new WireError('a number runs past the end', start);
  if (length > longestVarint || (length === longestVarint && (reader.buf[stop] as number) > 1)) {
    throw new WireError('a number has more than 64 bits', start);
  }
  const value = reader.readVarint(true);
  if (Number.isSafeInteger(value)) return value;
  let exact = 0n;
  for (let at = stop; at >= start; at--) exact = (exact << 7n) | BigInt((reader.buf[at] as number) & 0x7f);
  return BigInt.asIntN(64, exact);
}

/** The length prefix at the reader's position. @throws WireError when less than that is left before `end` */
export function readLength(reader: PbfReader, end: number): number {
  const start = reader.pos;
  const length = readInt64(reader, end);
  if (typeof length === 'bigint' || length < 0 || length > end - reader.pos) {
    throw new WireError('a field is longer than what is left', start);
  }
  return length;
}

/** A field's number and wire type. @throws WireError when it is not a field that protobuf allows */
export function readTag(reader: PbfReader, end: number): { readonly number: number; readonly wire: number } {
  const start = reader.pos;
  const tag = readInt64(reader, end);
  if (typeof tag === 'bigint' || tag < 8 || tag > 0xffffffff) throw new WireError('a field has no valid number', start);
  return { number: Math.floor(tag / 8), wire: tag % 8 };
}

/** Moves the reader behind a field's value. @throws WireError for groups, reserved wire types and values that run past `end` */
export function skipValue(reader: PbfReader, wire: number, end: number): void {
  const start = reader.pos;
  if (wire === wireType.varint) readInt64(reader, end);
  else if (wire === wireType.bytes) {
    const length = readLength(reader, end);
    reader.pos += length;
  } else if (wire === wireType.fixed32) reader.pos += 4;
  else if (wire === wireType.fixed64) reader.pos += 8;
  else throw new WireError(`a field has the wire type ${wire}, which ONNX does not use`, start);
  if (reader.pos > end) throw new WireError('a field runs past the end', start);
}

/** True when the bytes are, at their top level, a protobuf message that has a length-delimited field `number`. */
export function hasMessageField(bytes: Uint8Array, number: number): boolean {
  const reader = new PbfReader(bytes);
  let found = false;
  try {
    while (reader.pos < bytes.length) {
      const tag = readTag(reader, bytes.length);
      found ||= tag.number === number && tag.wire === wireType.bytes;
      skipValue(reader, tag.wire, bytes.length);
    }
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
  return found;
}
