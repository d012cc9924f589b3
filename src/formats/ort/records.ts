/** The tables of ONNX Runtime's format as `decodeTable` gives them: scalars always, all else where the file has it. */
export interface SessionRecord {
  readonly ort_version?: string;
  readonly model?: ModelRecord;
}

export interface ModelRecord {
  readonly ir_version: number;
  readonly opset_import?: readonly { readonly domain?: string; readonly version: number }[];
  readonly producer_name?: string;
  readonly producer_version?: string;
  readonly domain?: string;
  readonly model_version: number;
  readonly doc_string?: string;
  readonly graph?: GraphRecord;
  readonly graph_doc_string?: string;
  readonly metadata_props?: readonly { readonly key?: string; readonly value?: string }[];
}

export interface GraphRecord {
  readonly initializers?: readonly TensorRecord[];
  /** Every value of the graph, by name; one with an empty name stands for inputs that are left out. */
  readonly node_args?: readonly ValueRecord[];
  readonly nodes?: readonly NodeRecord[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly sparse_initializers?: readonly SparseTensorRecord[];
}

export interface NodeRecord {
  readonly name?: string;
  readonly doc_string?: string;
  readonly domain?: string;
  readonly op_type?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: readonly AttributeRecord[];
}

/** `type` has the numbers of ONNX. */
export interface AttributeRecord {
  readonly name?: string;
  readonly doc_string?: string;
  readonly type: number;
  readonly f: number;
  readonly i: number;
  readonly s?: string;
  readonly t?: TensorRecord;
  readonly g?: GraphRecord;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly string[];
  readonly tensors?: readonly TensorRecord[];
  readonly graphs?: readonly GraphRecord[];
}

/** `data_type` has the numbers of ONNX. */
export interface TensorRecord {
  readonly name?: string;
  readonly doc_string?: string;
  readonly dims?: readonly number[];
  readonly data_type: number;
  readonly raw_data?: Uint8Array;
  readonly string_data?: readonly string[];
  /** Where its content begins in a file beside this one; -1 where it is here. */
  readonly external_data_offset: number;
}

export interface SparseTensorRecord {
  readonly values?: TensorRecord;
  readonly indices?: TensorRecord;
  readonly dims?: readonly number[];
}

export interface ValueRecord {
  readonly name?: string;
  readonly doc_string?: string;
  readonly type?: TypeRecord;
}

export interface TypeRecord {
  readonly denotation?: string;
  readonly value?:
    | { readonly type: 'TensorTypeAndShape'; readonly value: TensorTypeRecord }
    | { readonly type: 'SequenceType'; readonly value: { readonly elem_type?: TypeRecord } }
    | { readonly type: 'MapType'; readonly value: { readonly key_type: number; readonly value_type?: TypeRecord } };
}

interface TensorTypeRecord {
  readonly elem_type: number;
  readonly shape?: { readonly dim?: readonly DimensionRecord[] };
}

export interface DimensionRecord {
  readonly value?: { readonly dim_type: number; readonly dim_value: number; readonly dim_param?: string };
  readonly denotation?: string;
}
