import { UserError } from '../../errors.ts';
import type {
  AttributeProto,
  DimensionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  SparseTensorProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from '../onnx/messages.ts';
import type {
  AttributeRecord,
  DimensionRecord,
  GraphRecord,
  ModelRecord,
  NodeRecord,
  SparseTensorRecord,
  TensorRecord,
  TypeRecord,
  ValueRecord,
} from './records.ts';

const utf8 = new TextEncoder();
/** `DimensionValueType`. */
const [valueDimension, parameterDimension] = [1, 2];
/** `AttributeType`. */
const [floatAttribute, intAttribute] = [1, 2];

/**
 * The model as `onnx.proto` has it, which ONNX Runtime's format follows: kinds of attributes and element types have the same numbers.
 * @throws UserError that begins with `label` when constants are in a file beside it
 */
export function onnxModel(model: ModelRecord, label: string): ModelProto {
  const { graph } = model;
  return stated<ModelProto>({
    irVersion: model.ir_version,
    opsetImport: model.opset_import?.map(({ domain, version }) => stated({ domain, version })),
    producerName: model.producer_name,
    producerVersion: model.producer_version,
    domain: model.domain,
    // Most tools leave the largest integer of 64 bits there, which says nothing.
    modelVersion: Number.isSafeInteger(model.model_version) ? model.model_version : undefined,
    docString: model.doc_string,
    metadataProps: model.metadata_props?.map(stated),
    graph: graph && { ...onnxGraph(graph, label), ...stated({ docString: model.graph_doc_string }) },
  });
}

function onnxGraph(graph: GraphRecord, label: string): GraphProto {
  const values = new Map<string, ValueInfoProto>();
  for (const value of graph.node_args ?? []) if (value.name) values.set(value.name, valueInfo(value));
  const typed = (name: string): ValueInfoProto => values.get(name) ?? { name };
  const [input, output] = [graph.inputs?.map(typed), graph.outputs?.map(typed)];
  for (const { name = '' } of [...(input ?? []), ...(output ?? [])]) values.delete(name);
  const constants = graph.initializers?.map((tensor) => onnxTensor(tensor, label));
  for (const { name = '' } of constants ?? []) values.delete(name);
  return stated<GraphProto>({
    node: graph.nodes?.map((node) => onnxNode(node, label)),
    initializer: constants,
    sparseInitializer: graph.sparse_initializers?.map((tensor) => onnxSparseTensor(tensor, label)),
    input,
    output,
    valueInfo: values.size === 0 ? undefined : [...values.values()],
  });
}

function onnxNode(node: NodeRecord, label: string): NodeProto {
  return stated<NodeProto>({
    name: node.name,
    docString: node.doc_string,
    domain: node.domain,
    opType: node.op_type,
    input: node.inputs,
    output: node.outputs,
    attribute: node.attributes?.map((attribute) => onnxAttribute(attribute, label)),
  });
}

function onnxAttribute(attribute: AttributeRecord, label: string): AttributeProto {
  return stated<AttributeProto>({
    name: attribute.name,
    docString: attribute.doc_string,
    type: attribute.type,
    // Scalars are always there, whichever of them is meant.
    f: attribute.type === floatAttribute ? attribute.f : undefined,
    i: attribute.type === intAttribute ? attribute.i : undefined,
    s: attribute.s === undefined ? undefined : utf8.encode(attribute.s),
    t: attribute.t && onnxTensor(attribute.t, label),
    g: attribute.g && onnxGraph(attribute.g, label),
    floats: attribute.floats,
    ints: attribute.ints,
    strings: attribute.strings?.map((string) => utf8.encode(string)),
    tensors: attribute.tensors?.map((tensor) => onnxTensor(tensor, label)),
    graphs: attribute.graphs?.map((graph) => onnxGraph(graph, label)),
  });
}

function onnxTensor(tensor: TensorRecord, label: string): TensorProto {
  if (tensor.external_data_offset >= 0) {
    throw new UserError(
      `${label} keeps its constants in a file beside it, which is not read; save it with all of them inside, or give the .onnx that it was made from.`,
    );
  }
  return stated<TensorProto>({
    name: tensor.name,
    docString: tensor.doc_string,
    dims: tensor.dims,
    dataType: tensor.data_type,
    rawData: tensor.raw_data,
    stringData: tensor.string_data?.map((string) => utf8.encode(string)),
  });
}

function onnxSparseTensor({ values, indices, dims }: SparseTensorRecord, label: string): SparseTensorProto {
  return stated<SparseTensorProto>({
    values: values && onnxTensor(values, label),
    indices: indices && onnxTensor(indices, label),
    dims,
  });
}

function valueInfo({ name, doc_string: docString, type }: ValueRecord): ValueInfoProto {
  return stated<ValueInfoProto>({ name, docString, type: type && onnxType(type) });
}

function onnxType({ denotation, value }: TypeRecord): TypeProto {
  switch (value?.type) {
    case 'TensorTypeAndShape': {
      const { elem_type: elemType, shape } = value.value;
      return stated<TypeProto>({
        denotation,
        tensorType: stated({ elemType, shape: shape && { dim: (shape.dim ?? []).map(onnxDimension) } }),
      });
    }
    case 'SequenceType': {
      const { elem_type: elemType } = value.value;
      return stated<TypeProto>({ denotation, sequenceType: stated({ elemType: elemType && onnxType(elemType) }) });
    }
    case 'MapType': {
      const { key_type: keyType, value_type: valueType } = value.value;
      return stated<TypeProto>({
        denotation,
        mapType: stated({ keyType, valueType: valueType && onnxType(valueType) }),
      });
    }
    default:
      return stated<TypeProto>({ denotation });
  }
}

function onnxDimension({ value, denotation }: DimensionRecord): DimensionProto {
  const isParameter = value?.dim_type === parameterDimension;
  return stated<DimensionProto>({
    dimValue: value?.dim_type === valueDimension ? value.dim_value : undefined,
    dimParam: isParameter ? value.dim_param : undefined,
    denotation,
  });
}

/** A record without the fields that are absent or, as ONNX has it, empty. */
function stated<T extends object>(record: { readonly [K in keyof T]: T[K] | undefined }): T {
  const present = Object.entries(record).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(present) as T;
}
