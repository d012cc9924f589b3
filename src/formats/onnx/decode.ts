import { PbfReader } from 'pbf';
import { UserError } from '../../errors.ts';
import { formatLimits } from '../limits.ts';
import { appendBytes, type ByteList, byteList, listedBytes } from './byte-list.ts';
import { limits } from './limits.ts';
import type { MessageName, Messages } from './messages.ts';
import { type Field, fieldsOf, schema } from './schema.ts';
import { readInt64, readLength, readTag, skipValue, WireError, wireType } from './wire.ts';

interface State {
  readonly reader: PbfReader;
  items: number;
  numbers: number;
  readonly unknownFields: Map<string, number>;
}

type MutableRecord = Record<string, unknown>;

/** A message whose fields are being read. */
interface MessageInMaking {
  readonly record: MutableRecord;
  readonly state: State;
  /** Where its bytes end. */
  readonly end: number;
  /** How many more messages may be nested in one another, it included. */
  readonly depth: number;
  /** Adds bytes to those that are kept under a key. */
  readonly keep: (key: string, piece: Uint8Array) => void;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const fieldsByNumber: ReadonlyMap<MessageName, ReadonlyMap<number, readonly [string, Field]>> = new Map(
  (Object.keys(schema) as MessageName[]).map((name) => [
    name,
    new Map(fieldsOf(name).map((entry) => [entry[1].number, entry])),
  ]),
);

/** The text, or `undefined` when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The message that `bytes` encode. Byte fields are views of `bytes`. `unknownFields` counts what is kept without being understood, by message
 * and field.
 * @throws UserError naming `label` when they are no such message or exceed the limits
 */
export function decode<M extends MessageName>(
  name: M,
  bytes: Uint8Array,
  label: string,
  unknownFields = new Map<string, number>(),
): Messages[M] {
  const state: State = { reader: new PbfReader(bytes), items: limits.items, numbers: limits.numbers, unknownFields };
  try {
    return decodeMessage(name, bytes.length, state, limits.depth, {}) as Messages[M];
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new UserError(
      `${label} is damaged, truncated or not an ONNX model: ${error.message} (byte ${error.offset}); export or commit it again.`,
    );
  }
}

function decodeMessage(
  name: MessageName,
  end: number,
  state: State,
  depth: number,
  record: MutableRecord,
): MutableRecord {
  const { reader } = state;
  if (depth <= 0) throw new WireError(`messages are nested more than ${limits.depth} deep`, reader.pos);
  const fields = fieldsByNumber.get(name) as ReadonlyMap<number, readonly [string, Field]>;
  let pieces: Map<string, ByteList> | undefined;
  const keep = (key: string, piece: Uint8Array) => {
    pieces ??= new Map();
    const list = pieces.get(key) ?? (record[key] instanceof Uint8Array ? byteList(record[key]) : undefined);
    if (list === undefined) pieces.set(key, byteList(piece));
    else {
      appendBytes(list, piece);
      pieces.set(key, list);
    }
  };
  const message: MessageInMaking = { record, state, end, depth, keep };
  while (reader.pos < end) {
    const start = reader.pos;
    const { number, wire } = readTag(reader, end);
    const entry = fields.get(number);
    if (entry !== undefined && readField(entry[0], entry[1], wire, message)) continue;
    if (entry === undefined) skipValue(reader, wire, end);
    if (--state.items < 0) throw new WireError(`it has more than ${limits.items} parts`, start);
    const field = `${name} ${entry?.[0] ?? number}`;
    state.unknownFields.set(field, (state.unknownFields.get(field) ?? 0) + 1);
    keep('unknown', reader.buf.subarray(start, reader.pos));
  }
  for (const [key, list] of pieces ?? []) record[key] = listedBytes(list);
  return record;
}

/** Reads one field; false when it is text that must be kept as an unknown field (the reader is behind it then). */
function readField(key: string, field: Field, wire: number, message: MessageInMaking): boolean {
  const element = elementWireType(field);
  if (element === wireType.bytes) return readBytes(key, field, wire, message);
  const { reader } = message.state;
  const isPacked = wire === wireType.bytes && (field.repeated || field.kind.startsWith('packed'));
  if (wire !== element && !isPacked) throw wrongType(key, reader.pos);
  const stop = isPacked ? readLength(reader, message.end) + reader.pos : message.end;
  if (!field.kind.startsWith('packed')) {
    do {
      if (isPacked && reader.pos >= stop) break;
      readNumber(key, field, stop, message);
    } while (isPacked);
    return true;
  }
  const from = reader.pos;
  if (isPacked) reader.pos = stop;
  else skipValue(reader, wire, message.end);
  message.keep(key, reader.buf.subarray(from, reader.pos));
  return true;
}

/** A message, bytes or text; false as `readField`. */
function readBytes(key: string, field: Field, wire: number, { state, end, depth, record }: MessageInMaking): boolean {
  const { reader } = state;
  const start = reader.pos;
  if (wire !== wireType.bytes) throw wrongType(key, start);
  if (--state.items < 0) throw new WireError(`it has more than ${limits.items} parts`, start);
  const length = readLength(reader, end);
  const stop = reader.pos + length;
  if (field.kind === 'message') {
    const message = field.message as MessageName;
    const before = field.repeated ? {} : ((record[key] as MutableRecord | undefined) ?? {});
    put(record, key, field, decodeMessage(message, stop, state, depth - 1, before));
    return true;
  }
  const bytes = reader.buf.subarray(reader.pos, stop);
  reader.pos = stop;
  if (field.kind === 'bytes') {
    put(record, key, field, bytes);
    return true;
  }
  const value = decodeUtf8(bytes);
  if (value === undefined && field.kind === 'text') return false;
  if (value === undefined) throw new WireError(`a name (${key}) is not UTF-8`, start);
  if (field.kind === 'string' && length > formatLimits.nameBytes) {
    throw new WireError(`a name (${key}) is longer than ${formatLimits.nameBytes} bytes`, start);
  }
  put(record, key, field, value);
  return true;
}

function readNumber(key: string, field: Field, stop: number, { state, record }: MessageInMaking): void {
  const { reader } = state;
  if (field.repeated && --state.numbers < 0) {
    throw new WireError(`it has more than ${limits.numbers} numbers in lists`, reader.pos);
  }
  if (field.kind === 'int') {
    put(record, key, field, readInt64(reader, stop));
    return;
  }
  if (reader.pos + 4 > stop) throw new WireError('a number runs past the end', reader.pos);
  put(record, key, field, reader.readFloat());
}

function elementWireType(field: Field): number {
  if (field.kind === 'int' || field.kind === 'packedVarints') return wireType.varint;
  if (field.kind === 'float' || field.kind === 'packedFloats') return wireType.fixed32;
  return field.kind === 'packedDoubles' ? wireType.fixed64 : wireType.bytes;
}

function wrongType(key: string, offset: number): WireError {
  return new WireError(`the field ${key} has the wrong type`, offset);
}

function put(record: MutableRecord, key: string, field: Field, value: unknown): void {
  if (!field.repeated) record[key] = value;
  else if (record[key] === undefined) record[key] = [value];
  else (record[key] as unknown[]).push(value);
}
