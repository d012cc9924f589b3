import { bufferAlignment, DamageError, need } from '../flatbuffer/bytes.ts';
import type { Decoding } from '../flatbuffer/decode.ts';
import type { OperatorCode } from './extras.ts';
import type { Notes } from './reading.ts';
import { mapAt, note } from './reading.ts';
import type { ModelRecord } from './records.ts';
import { builtinOperators, customCode, operatorName } from './schema/operators.ts';

/**
 * The content of every buffer: inside the flatbuffer, or for models over 2 GiB behind it (`offset`, `size`).
 * @throws DamageError where a buffer is outside the file, or misaligned buffers overlap
 */
export function readBuffers(decoding: Decoding, model: ModelRecord): readonly (Uint8Array | undefined)[] {
  const { source } = decoding;
  const known = new Map<string, Uint8Array>();
  let copied = 0;
  return mapAt(decoding, 'buffers', model.buffers, ({ data, offset, size }) => {
    // Offsets 0 and 1 say that there is none (schema, table Buffer).
    if (data === undefined && offset <= 1) return undefined;
    if (data === undefined) need(source, offset, size);
    const found = data ?? source.bytes.subarray(offset, offset + size);
    const key = `${found.byteOffset}:${found.length}`;
    const shared = known.get(key);
    if (shared !== undefined) return shared;
    const aligned = found.byteOffset % bufferAlignment === 0;
    if (!aligned) copied += found.length;
    // Buffers of a whole file do not overlap: without this a small file could ask for any amount of memory.
    if (copied > source.bytes.length) throw new DamageError('overlaps other buffers');
    const buffer = aligned ? found : found.slice();
    known.set(key, buffer);
    return buffer;
  });
}

/**
 * What the file calls its operators. A code is the larger of two fields: up to 127 both have it, beyond only the wider one,
 * and old files have only the narrower one (schema version 3a). @throws DamageError for a negative code
 */
export function readOperatorCodes(decoding: Decoding, model: ModelRecord, notes: Notes): readonly OperatorCode[] {
  return mapAt(decoding, 'operator_codes', model.operator_codes, (record): OperatorCode => {
    const code = Math.max(record.deprecated_builtin_code, record.builtin_code);
    if (code < 0) throw new DamageError(`has no operator ${code}`);
    const { version, custom_code: custom } = record;
    if (code === customCode) return { type: custom ?? '', domain: 'custom', version };
    if (code >= builtinOperators.length)
      note(notes, `Operator code ${code} is of a newer schema and is kept as a number.`);
    return {
      type: operatorName(code),
      domain: '',
      version,
      ...(custom === undefined || custom === '' ? {} : { customCode: custom }),
    };
  });
}
