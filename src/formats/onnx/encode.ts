import type { MessageName, Messages } from './messages.ts';
import { type Field, fieldsOf, schema } from './schema.ts';
import { wireType } from './wire.ts';

type AnyRecord = Readonly<Record<string, unknown>>;

const fieldLists: ReadonlyMap<MessageName, readonly (readonly [string, Field])[]> = new Map(
  (Object.keys(schema) as MessageName[]).map((name) => [name, fieldsOf(name)]),
);

const utf8 = new TextEncoder();

/**
 * The encoding of a message: fields in ascending order of their numbers, unknown ones last; the same bytes for the same record.
 * What it and the messages in it take is found first, so that everything is written once and where it stays.
 * @throws TypeError for a record that no such message can be
 */
export function encode<M extends MessageName>(name: M, record: Messages[M]): Uint8Array {
  const lengths: number[] = [];
  const bytes = new Uint8Array(messageLength(name, record as AnyRecord, lengths));
  const writing = { bytes, at: 0, lengths, next: 0 };
  writeMessage(writing, name, record as AnyRecord);
  if (writing.at !== bytes.length) throw new TypeError(`a ${name} holds a number of more than 64 bits`);
  return bytes;
}

/** Bytes of a message without its own length; puts that of every text and message in it into `lengths`, in the order in which they are written. */
function messageLength(name: MessageName, record: AnyRecord, lengths: number[]): number {
  let total = record.unknown instanceof Uint8Array ? record.unknown.length : 0;
  for (const [key, field] of fieldLists.get(name) ?? []) {
    const value = record[key];
    if (value === undefined) continue;
    for (const element of field.repeated ? (value as readonly unknown[]) : [value])
      total += varintLength(field.number * 8) + valueLength(field, element, lengths);
  }
  return total;
}

/** Bytes of a value with the length that precedes it where it has one. */
function valueLength(field: Field, value: unknown, lengths: number[]): number {
  if (field.kind === 'float') return 4;
  if (field.kind === 'int') return typeof value === 'bigint' ? bigVarint(value).length : varintLength(value as number);
  if (field.kind !== 'message' && !isText(field)) return withLength((value as Uint8Array).length);
  const place = lengths.push(0) - 1;
  const length = isText(field)
    ? Buffer.byteLength(value as string)
    : messageLength(field.message as MessageName, value as AnyRecord, lengths);
  lengths[place] = length;
  return withLength(length);
}

const isText = ({ kind }: Field): boolean => kind === 'string' || kind === 'text';
const withLength = (length: number): number => varintLength(length) + length;

/** A number below 0 is written as 64 bits. */
function varintLength(value: number): number {
  if (value < 0) return 10;
  let length = 1;
  for (let rest = value; rest >= 0x80; rest /= 0x80) length++;
  return length;
}

/** What is being written, how far, and which of the lengths comes next. */
interface Writing {
  readonly bytes: Uint8Array;
  at: number;
  readonly lengths: readonly number[];
  next: number;
}

function writeMessage(writing: Writing, name: MessageName, record: AnyRecord): void {
  for (const [key, field] of fieldLists.get(name) ?? []) {
    const value = record[key];
    if (value === undefined) continue;
    for (const element of field.repeated ? (value as readonly unknown[]) : [value]) {
      writeVarint(writing, field.number * 8 + wireTypeOf(field));
      writeValue(writing, field, element);
    }
  }
  if (record.unknown instanceof Uint8Array) writeBytes(writing, record.unknown);
}

function wireTypeOf({ kind }: Field): number {
  if (kind === 'int') return wireType.varint;
  // Packed encodings are written as they are: a packed field is a byte field on the wire.
  return kind === 'float' ? wireType.fixed32 : wireType.bytes;
}

function writeValue(writing: Writing, field: Field, value: unknown): void {
  if (field.kind === 'float') writeBytes(writing, floatBytes(value as number));
  else if (field.kind === 'int') writeVarint(writing, value as number | bigint);
  else if (field.kind === 'message' || isText(field)) {
    writeVarint(writing, writing.lengths[writing.next++] as number);
    if (field.kind === 'message') writeMessage(writing, field.message as MessageName, value as AnyRecord);
    else writing.at += utf8.encodeInto(value as string, writing.bytes.subarray(writing.at)).written;
  } else {
    writeVarint(writing, (value as Uint8Array).length);
    writeBytes(writing, value as Uint8Array);
  }
}

function writeVarint(writing: Writing, value: number | bigint): void {
  if (typeof value === 'bigint' || !(value >= 0 && value < 2 ** 31)) {
    writeBytes(writing, bigVarint(BigInt(value)));
    return;
  }
  let rest = value;
  for (; rest > 0x7f; rest >>= 7) writing.bytes[writing.at++] = (rest & 0x7f) | 0x80;
  writing.bytes[writing.at++] = rest;
}

function bigVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

function writeBytes(writing: Writing, bytes: Uint8Array): void {
  writing.bytes.set(bytes, writing.at);
  writing.at += bytes.length;
}
