import type { DataType } from '../../graph/data-type.ts';
import type { Attribute, Graph, Operator, Shape, Tensor } from '../../graph/graph.ts';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  SparseTensorProto,
  StringStringEntryProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from './messages.ts';

/** A type as the file states it, because dtype and shape do not say all of it; valid as long as the tensor still has this dtype and shape. */
export type StatedType = {
  readonly dtype: DataType;
  readonly shape?: Shape;
  readonly proto?: TypeProto;
};

/** What only ONNX knows of a tensor: `Tensor.extras` of a graph that was read from ONNX. All of it may be dropped. */
export type OnnxTensorExtras = {
  /** A constant that the file lists among the graph's inputs too: a default that callers may override. Not set below IR version 4, where all are. */
  readonly listedAsInput?: true;
  /** The file states a type for it that would not be written otherwise. */
  readonly stated?: true;
  /** `doc_string`, `metadata_props` and unknown fields of its `ValueInfoProto`. */
  readonly info?: ValueInfoProto;
  readonly type?: StatedType;
  /** Fields of its `TensorProto` that `Tensor` has no place for. */
  readonly initializer?: TensorProto;
  /** The sparse form it had in the file; valid as long as the tensor's data is `dense`. */
  readonly sparse?: { readonly proto: SparseTensorProto; readonly dense: Uint8Array };
  /** `quant_parameter_tensor_names` of its `TensorAnnotation`. */
  readonly annotation?: { readonly entries: readonly StringStringEntryProto[]; readonly unknown?: Uint8Array };
};

/** What only ONNX knows of an operator: `Operator.extras`. All of it may be dropped. */
export type OnnxOperatorExtras = {
  /** The file gives the node no name; this one was derived from its first output. */
  readonly derivedName?: string;
  /** `doc_string`, `overload`, `metadata_props`, `device_configurations`, unknown fields, and `domain` where it is spelled `ai.onnx`. */
  readonly node?: NodeProto;
  /** Attributes whose encoding says more than their value; valid as long as the operator still has that very `value`. */
  readonly attributes?: Readonly<Record<string, { readonly proto: AttributeProto; readonly value: Attribute }>>;
};

/** One operator set that a model uses. `domain` is `''` (or `ai.onnx`) for ONNX's own operators. */
export interface OpsetImport {
  readonly domain: string;
  readonly version: number;
  /** Unknown fields of the entry. */
  readonly unknown?: Uint8Array;
}

/** What only ONNX knows of a graph: `Graph.extras`. */
export type OnnxGraphExtras = {
  /** The model's IR version; absent for nested graphs and for graphs made from scratch. */
  readonly irVersion?: number;
  /** The operator sets that the model imports, in the file's order; absent for nested graphs. Read and change it with `opset.ts`. */
  readonly opsets?: readonly OpsetImport[];
  /** All other fields of `ModelProto`: producer, version, functions, training, metadata … */
  readonly model?: ModelProto;
  /** `doc_string`, `metadata_props`, unknown fields, and whether there is a name at all. */
  readonly graph?: GraphProto;
  /** Entries of `value_info` that are about no tensor of the graph, or about one a second time. */
  readonly valueInfo?: readonly ValueInfoProto[];
  /** Entries of `output` about tensors that have another entry already or are another graph's, by position; valid while the names agree. */
  readonly outputs?: readonly { readonly position: number; readonly proto: ValueInfoProto }[];
  /** `quantization_annotation` of tensors that the graph does not have. */
  readonly annotations?: GraphProto['quantizationAnnotation'];
};

/** The typed view of an ONNX tensor's extras. */
export function tensorExtras(tensor: Tensor): OnnxTensorExtras {
  return (tensor.extras ?? {}) as OnnxTensorExtras;
}

/** The typed view of an ONNX operator's extras. */
export function operatorExtras(operator: Operator): OnnxOperatorExtras {
  return (operator.extras ?? {}) as OnnxOperatorExtras;
}

/** The typed view of an ONNX graph's extras. */
export function graphExtras(graph: Graph): OnnxGraphExtras {
  return graph.extras as OnnxGraphExtras;
}

/** `record` without the entries that are `undefined`, or `undefined` when nothing is left. */
export function present<T extends object>(record: { readonly [K in keyof T]: T[K] | undefined }): T | undefined {
  let entries: [string, unknown][] | undefined;
  for (const key in record) {
    if (record[key] === undefined) continue;
    entries ??= [];
    entries.push([key, record[key]]);
  }
  return entries === undefined ? undefined : (Object.fromEntries(entries) as T);
}

/** The tensor without its being listed as an input. */
export function unlisted(tensor: Tensor): Tensor {
  const { listedAsInput, ...extras } = tensorExtras(tensor);
  if (listedAsInput === undefined) return tensor;
  const { extras: _extras, ...bare } = tensor;
  return Object.keys(extras).length === 0 ? bare : { ...bare, extras };
}
