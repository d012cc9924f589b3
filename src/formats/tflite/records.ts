import type { TableValue, UnionValue } from '../flatbuffer/value.ts';

/** The schema's `Model` as `decodeTable` gives it and `encodeTable` takes it. Scalars are always there when read. */
export type ModelRecord = {
  readonly version: number;
  readonly operator_codes?: readonly OperatorCodeRecord[];
  readonly subgraphs?: readonly SubGraphRecord[];
  readonly description?: string;
  readonly buffers?: readonly BufferRecord[];
  readonly metadata_buffer?: readonly number[];
  readonly metadata?: readonly { readonly name?: string; readonly buffer: number }[];
  readonly signature_defs?: readonly SignatureRecord[];
  readonly external_buffer_groups?: readonly { readonly name?: string }[];
  readonly external_buffers?: readonly ExternalBufferRecord[];
};

export type OperatorCodeRecord = {
  readonly deprecated_builtin_code: number;
  readonly custom_code?: string;
  readonly version: number;
  readonly builtin_code: number;
};

export type BufferRecord = { readonly data?: Uint8Array; readonly offset: number; readonly size: number };

export type ExternalBufferRecord = {
  readonly id: number;
  readonly group: number;
  readonly offset: number;
  readonly length: number;
  readonly packing?: string;
};

export type SignatureRecord = {
  readonly inputs?: readonly TensorMapRecord[];
  readonly outputs?: readonly TensorMapRecord[];
  readonly signature_key?: string;
  readonly deprecated_tag?: string;
  readonly subgraph_index: number;
};

export type TensorMapRecord = { readonly name?: string; readonly tensor_index: number };

export type SubGraphRecord = {
  readonly tensors?: readonly TensorRecord[];
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
  readonly operators?: readonly OperatorRecord[];
  readonly name?: string;
  readonly debug_metadata_index: number;
};

export type TensorRecord = {
  readonly shape?: readonly number[];
  readonly type: string | number;
  readonly buffer: number;
  readonly name?: string;
  readonly quantization?: QuantizationRecord;
  readonly is_variable: boolean;
  readonly sparsity?: TableValue;
  readonly shape_signature?: readonly number[];
  readonly has_rank: boolean;
  readonly variant_tensors?: readonly TableValue[];
  readonly external_buffer: number;
};

export type QuantizationRecord = {
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  readonly scale?: readonly number[];
  readonly zero_point?: readonly number[];
  readonly details?: UnionValue;
  readonly quantized_dimension: number;
};

export type OperatorRecord = {
  readonly opcode_index: number;
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
  readonly builtin_options?: UnionValue;
  readonly custom_options?: Uint8Array;
  readonly custom_options_format: string | number;
  readonly mutating_variable_inputs?: readonly number[];
  readonly intermediates?: readonly number[];
  readonly large_custom_options_offset: number;
  readonly large_custom_options_size: number;
  readonly builtin_options_2?: UnionValue;
  readonly debug_metadata_index: number;
};
