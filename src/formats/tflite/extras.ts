import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import type { TableValue } from '../flatbuffer/value.ts';
import type { ExternalBufferRecord, QuantizationRecord } from './records.ts';

/** A named blob that the file carries beside the graph. */
export type Metadata = { readonly name: string; readonly data: Uint8Array };

/** A caller's name for a tensor. */
export type TensorAlias = { readonly name: string; readonly tensor: TensorId };

/** An entry point: caller's names for the inputs and outputs of a subgraph (0 is the main graph). */
export type Signature = {
  readonly key: string;
  readonly subgraph: number;
  readonly inputs: readonly TensorAlias[];
  readonly outputs: readonly TensorAlias[];
  readonly deprecatedTag?: string;
};

/** What the file calls an operator. `customCode` is there when a builtin operator has a custom code all the same. */
export type OperatorCode = {
  readonly type: string;
  readonly domain: string;
  readonly version: number;
  readonly customCode?: string;
};

/** `extras` of the main graph: what belongs to the file as a whole. Each is absent where the file has none. */
export type ModelExtras = {
  /** The schema's version, where it is not 3. */
  readonly version?: number;
  readonly description?: string;
  readonly metadata?: readonly Metadata[];
  /** The deprecated, nameless form of metadata. */
  readonly metadataBuffers?: readonly Uint8Array[];
  readonly signatures?: readonly Signature[];
  readonly externalBufferGroups?: readonly string[];
  readonly externalBuffers?: readonly ExternalBufferRecord[];
  /** Operator codes that no operator uses; interpreters still ask for their kernels. */
  readonly unusedOperatorCodes?: readonly OperatorCode[];
  /** Content of buffers that nothing refers to. */
  readonly unusedBuffers?: readonly Uint8Array[];
  /** What follows the model in the file; converters append a zip archive of label files there. */
  readonly trailingBytes?: Uint8Array;
  /** What the file holds that cannot be written back, a sentence each. */
  readonly unwritable?: readonly string[];
} & SubgraphExtras;

/** `extras` of every graph. */
export type SubgraphExtras = { readonly debugMetadataIndex?: number };

export type TensorExtras = {
  /** The `TensorType` of a newer schema, where `dtype` is `unknown`. */
  readonly type?: number;
  /** The shape with -1 for what the caller may choose, where the file gives one; `Tensor.shape` is the concrete one. */
  readonly shapeSignature?: readonly number[];
  readonly hasRank?: boolean;
  readonly sparsity?: TableValue;
  readonly variantTensors?: readonly TableValue[];
  /** `id` of the external buffer that has the constant's content. */
  readonly externalBuffer?: number;
  /** Quantisation that is not one scale and one zero point per tensor or index: ranges alone, block-wise, custom. */
  readonly quantization?: QuantizationRecord;
  /** The axis that the file gives, where the tensor has none of that number. */
  readonly quantizedDimension?: number;
};

export type OperatorExtras = {
  /** The options table in the file, where it is not the one that converters write for the operator; `null` where there is none. */
  readonly options?: string | null;
  /** A builtin operator that has a custom code all the same. */
  readonly customCode?: string;
  /** Format of the attribute `custom_options`, where it is not FLEXBUFFERS. */
  readonly customOptionsFormat?: number;
  readonly mutatingVariableInputs?: readonly boolean[];
  readonly debugMetadataIndex?: number;
};

/** The extras of a main graph. */
export function modelExtras(graph: Graph): ModelExtras {
  return graph.extras as ModelExtras;
}

/** The extras of a tensor. */
export function tensorExtras(tensor: Tensor): TensorExtras {
  return (tensor.extras ?? {}) as TensorExtras;
}

/** The extras of an operator. */
export function operatorExtras(operator: Operator): OperatorExtras {
  return (operator.extras ?? {}) as OperatorExtras;
}

/** The main graph, then the file's further subgraphs, by their index in the file. */
export function allSubgraphs(graph: Graph): readonly Graph[] {
  return [graph, ...graph.subgraphs];
}
