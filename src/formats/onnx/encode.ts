import { PbfWriter } from 'pbf';
import type { MessageName, Messages } from './messages.ts';
import { type Field, fieldsOf, schema } from './schema.ts';
import { wireType } from './wire.ts';

const fieldLists: ReadonlyMap<MessageName, readonly (readonly [string, Field])[]> = new Map(
  (Object.keys(schema) as MessageName[]).map((name) => [name, fieldsOf(name)]),
);

/**
 * The encoding of a message: fields in ascending order of their numbers, unknown ones last; the same bytes for the same record.
 * `expectedBytes` sizes the first allocation.
 */
export function encode<M extends MessageName>(name: M, record: Messages[M], expectedBytes = 256): Uint8Array {
  const writer = new PbfWriter(new Uint8Array(expectedBytes));
  writeMessage(writer, name, record as Readonly<Record<string, unknown>>);
  const bytes = writer.finish();
  // A copy only where much more memory was allocated than is used.
  return bytes.buffer.byteLength > 1.1 * bytes.byteLength ? bytes.slice() : bytes;
}

function writeMessage(writer: PbfWriter, name: MessageName, record: Readonly<Record<string, unknown>>): void {
  for (const [key, field] of fieldLists.get(name) ?? []) {
    const value = record[key];
    if (value === undefined) continue;
    if (field.repeated) for (const element of value as readonly unknown[]) writeField(writer, field, element);
    else writeField(writer, field, value);
  }
  if (record.unknown instanceof Uint8Array) writeRaw(writer, record.unknown);
}

function writeField(writer: PbfWriter, field: Field, value: unknown): void {
  if (field.kind === 'string' || field.kind === 'text') writer.writeStringField(field.number, value as string);
  else if (field.kind === 'float') writer.writeFloatField(field.number, value as number);
  else if (field.kind === 'int') {
    writer.writeTag(field.number, wireType.varint);
    writeInt64(writer, value as number | bigint);
  } else if (field.kind === 'message') {
    const name = field.message as MessageName;
    const write = (record: unknown, inner: PbfWriter) =>
      writeMessage(inner, name, record as Readonly<Record<string, unknown>>);
    writer.writeMessage(field.number, write, value);
  } else {
    // Packed encodings are written as they are: a packed field is a byte field on the wire.
    writer.writeBytesField(field.number, value as Uint8Array);
  }
}

function writeInt64(writer: PbfWriter, value: number | bigint): void {
  if (typeof value === 'number') {
    writer.writeVarint(value);
    return;
  }
  let rest = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  writeRaw(writer, Uint8Array.from(bytes));
}

function writeRaw(writer: PbfWriter, bytes: Uint8Array): void {
  writer.realloc(bytes.length);
  writer.buf.set(bytes, writer.pos);
  writer.pos += bytes.length;
}
