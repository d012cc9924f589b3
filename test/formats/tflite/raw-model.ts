import { encodeTable, encoding } from '../../../src/formats/flatbuffer/encode.ts';
import type {
  BufferRecord,
  ModelRecord,
  OperatorCodeRecord,
  OperatorRecord,
  SubGraphRecord,
  TensorRecord,
} from '../../../src/formats/tflite/records.ts';
import { tableType, tfliteSchema } from '../../../src/formats/tflite/schema/schema.ts';

/** Bytes of a model that our writer would not write. */
export function rawModel(model: Partial<ModelRecord>): Uint8Array {
  const target = encoding(tfliteSchema, 1024);
  const whole: ModelRecord = { version: 3, subgraphs: [rawSubgraph({})], buffers: [rawBuffer({})], ...model };
  target.builder.finish(encodeTable(target, tableType('Model'), whole), 'TFL3');
  return target.builder.asUint8Array().slice();
}

export function rawSubgraph(parts: Partial<SubGraphRecord>): SubGraphRecord {
  return { debug_metadata_index: -1, ...parts };
}

export function rawTensor(parts: Partial<TensorRecord>): TensorRecord {
  return { type: 'INT8', buffer: 0, is_variable: false, has_rank: false, external_buffer: 0, ...parts };
}

export function rawOperator(parts: Partial<OperatorRecord>): OperatorRecord {
  return {
    opcode_index: 0,
    custom_options_format: 0,
    large_custom_options_offset: 0,
    large_custom_options_size: 0,
    debug_metadata_index: -1,
    ...parts,
  };
}

export function rawCode(parts: Partial<OperatorCodeRecord>): OperatorCodeRecord {
  return { deprecated_builtin_code: 0, version: 1, builtin_code: 0, ...parts };
}

export function rawBuffer(parts: Partial<BufferRecord>): BufferRecord {
  return { offset: 0, size: 0, ...parts };
}
