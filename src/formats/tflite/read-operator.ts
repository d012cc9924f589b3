import type { Attribute, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { need } from '../flatbuffer/bytes.ts';
import { pathText } from '../flatbuffer/decode.ts';
import { attributesOf } from './attributes.ts';
import type { OperatorExtras } from './extras.ts';
import type { Reading } from './reading.ts';
import { at, indexBelow, noteUnwritable } from './reading.ts';
import type { OperatorRecord } from './records.ts';
import { usualOptions } from './schema/operators.ts';

/** An operator of the file. @throws DamageError where it refers to a tensor, operator code or bytes that the file does not have */
export function readOperator(reading: Reading, record: OperatorRecord, tensors: readonly Tensor[]): Operator {
  const { decoding, operatorCodes } = reading;
  const codeIndex = indexBelow(operatorCodes.length, record.opcode_index, 'operator code');
  reading.usedOperatorCodes.add(codeIndex);
  const code = operatorCodes[codeIndex];
  if (code === undefined) throw new RangeError('an index that was checked is out of range');
  const ids = (field: 'inputs' | 'outputs' | 'intermediates') =>
    at(decoding, [field], () => (record[field] ?? []).map((id) => optionalTensor(tensors.length, id)));
  const outputs = ids('outputs');
  const intermediates = at(decoding, ['intermediates'], () =>
    (record.intermediates ?? []).map((id) => indexBelow(tensors.length, id, 'tensor')),
  );
  const named = outputs.find((id) => id !== null);
  const extras = readExtras(reading, record, code);
  return {
    name: named === undefined ? '' : (tensors[named]?.name ?? ''),
    type: code.type,
    domain: code.domain,
    version: code.version,
    inputs: ids('inputs'),
    outputs,
    attributes: readAttributes(reading, record),
    ...(intermediates.length === 0 ? {} : { intermediates }),
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
  };
}

/** -1 is an input that is left out (schema, table Operator). */
function optionalTensor(count: number, id: number): TensorId | null {
  return id === -1 ? null : indexBelow(count, id, 'tensor');
}

function readExtras(
  reading: Reading,
  record: OperatorRecord,
  code: { readonly type: string; readonly domain: string; readonly customCode?: string },
): OperatorExtras {
  const { builtin_options: options, builtin_options_2: further } = record;
  if (options !== undefined && further !== undefined) {
    noteUnwritable(reading.notes, `${pathText(reading.decoding.path)} has two sets of options, of which one is read.`);
  }
  const table = (options ?? further)?.type;
  const usual = code.domain === '' ? usualOptions(code.type) : undefined;
  const mutating = record.mutating_variable_inputs ?? [];
  const format = record.custom_options_format;
  return {
    ...(table === usual ? {} : { options: table ?? null }),
    ...(code.customCode === undefined ? {} : { customCode: code.customCode }),
    ...(typeof format === 'number' ? { customOptionsFormat: format } : {}),
    ...(mutating.length === 0 ? {} : { mutatingVariableInputs: mutating.map((mutates) => mutates !== 0) }),
    ...(record.debug_metadata_index === -1 ? {} : { debugMetadataIndex: record.debug_metadata_index }),
  };
}

function readAttributes(reading: Reading, record: OperatorRecord): Record<string, Attribute> {
  const options = record.builtin_options ?? record.builtin_options_2;
  const custom = readCustomOptions(reading, record);
  return {
    ...(options === undefined ? {} : attributesOf(options.type, options.value)),
    ...(custom === undefined ? {} : { custom_options: { kind: 'bytes', value: custom } }),
  };
}

function readCustomOptions(reading: Reading, record: OperatorRecord): Uint8Array | undefined {
  const { large_custom_options_offset: offset, large_custom_options_size: size, custom_options: options } = record;
  // Offsets 0 and 1 say that there are none behind the flatbuffer.
  if (options !== undefined || offset <= 1) return options;
  const { source } = reading.decoding;
  need(source, offset, size);
  return source.bytes.subarray(offset, offset + size);
}
