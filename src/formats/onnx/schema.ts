import type { MessageName, Messages } from './messages.ts';

/**
 * How a field is encoded.
 * `string` must be UTF-8 (names); `text` is prose that is kept as an unknown field when it is not.
 * `packedVarints`, `packedFloats`, `packedDoubles` stay encoded: they are tensor contents, possibly of millions of elements.
 */
export type FieldKind =
  | 'string'
  | 'text'
  | 'bytes'
  | 'int'
  | 'float'
  | 'message'
  | 'packedVarints'
  | 'packedFloats'
  | 'packedDoubles';

export interface Field {
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** For `kind: 'message'`. */
  readonly message?: MessageName;
}

const one = (kind: FieldKind) => (number: number) => ({ number, kind, repeated: false }) satisfies Field;
const many = (kind: FieldKind) => (number: number) => ({ number, kind, repeated: true }) satisfies Field;
const string = one('string');
const strings = many('string');
const text = one('text');
const bytes = one('bytes');
const bytesList = many('bytes');
const int = one('int');
const ints = many('int');
const message = (number: number, name: MessageName) =>
  ({ number, kind: 'message', repeated: false, message: name }) satisfies Field;
const messages = (number: number, name: MessageName) =>
  ({ number, kind: 'message', repeated: true, message: name }) satisfies Field;

/** Keys of a message's record that are fields. */
type FieldName<M extends MessageName> = Exclude<keyof Messages[M], 'unknown'> & string;

/**
 * Field numbers and encodings of every message, in ascending order of their numbers, which is the order they are written in.
 * Source: onnx.proto of ONNX 1.23 (`onnx/onnx-ml.proto`).
 */
export const schema: { readonly [M in MessageName]: Readonly<Record<FieldName<M>, Field>> } = {
  StringStringEntryProto: { key: text(1), value: text(2) },
  OperatorSetIdProto: { domain: string(1), version: int(2) },
  DimensionProto: { dimValue: int(1), dimParam: string(2), denotation: text(3) },
  TensorShapeProto: { dim: messages(1, 'DimensionProto') },
  TensorTypeProto: { elemType: int(1), shape: message(2, 'TensorShapeProto') },
  ElementTypeProto: { elemType: message(1, 'TypeProto') },
  MapTypeProto: { keyType: int(1), valueType: message(2, 'TypeProto') },
  OpaqueTypeProto: { domain: text(1), name: text(2) },
  TypeProto: {
    tensorType: message(1, 'TensorTypeProto'),
    sequenceType: message(4, 'ElementTypeProto'),
    mapType: message(5, 'MapTypeProto'),
    denotation: text(6),
    opaqueType: message(7, 'OpaqueTypeProto'),
    sparseTensorType: message(8, 'TensorTypeProto'),
    optionalType: message(9, 'ElementTypeProto'),
  },
  ValueInfoProto: {
    name: string(1),
    type: message(2, 'TypeProto'),
    docString: text(3),
    metadataProps: messages(4, 'StringStringEntryProto'),
  },
  SegmentProto: { begin: int(1), end: int(2) },
  TensorProto: {
    dims: ints(1),
    dataType: int(2),
    segment: message(3, 'SegmentProto'),
    floatData: one('packedFloats')(4),
    int32Data: one('packedVarints')(5),
    stringData: bytesList(6),
    int64Data: one('packedVarints')(7),
    name: string(8),
    rawData: bytes(9),
    doubleData: one('packedDoubles')(10),
    uint64Data: one('packedVarints')(11),
    docString: text(12),
    externalData: messages(13, 'StringStringEntryProto'),
    dataLocation: int(14),
    metadataProps: messages(16, 'StringStringEntryProto'),
  },
  SparseTensorProto: { values: message(1, 'TensorProto'), indices: message(2, 'TensorProto'), dims: ints(3) },
  AttributeProto: {
    name: string(1),
    f: one('float')(2),
    i: int(3),
    s: bytes(4),
    t: message(5, 'TensorProto'),
    g: message(6, 'GraphProto'),
    floats: many('float')(7),
    ints: ints(8),
    strings: bytesList(9),
    tensors: messages(10, 'TensorProto'),
    graphs: messages(11, 'GraphProto'),
    docString: text(13),
    tp: message(14, 'TypeProto'),
    typeProtos: messages(15, 'TypeProto'),
    type: int(20),
    refAttrName: string(21),
    sparseTensor: message(22, 'SparseTensorProto'),
    sparseTensors: messages(23, 'SparseTensorProto'),
  },
  SimpleShardedDimProto: { dimValue: int(1), dimParam: text(2), numShards: int(3) },
  ShardedDimProto: { axis: int(1), simpleSharding: messages(2, 'SimpleShardedDimProto') },
  IntIntListEntryProto: { key: int(1), value: ints(2) },
  ShardingSpecProto: {
    tensorName: text(1),
    device: ints(2),
    indexToDeviceGroupMap: messages(3, 'IntIntListEntryProto'),
    shardedDim: messages(4, 'ShardedDimProto'),
  },
  NodeDeviceConfigurationProto: {
    configurationId: text(1),
    shardingSpec: messages(2, 'ShardingSpecProto'),
    pipelineStage: int(3),
  },
  NodeProto: {
    input: strings(1),
    output: strings(2),
    name: string(3),
    opType: string(4),
    attribute: messages(5, 'AttributeProto'),
    docString: text(6),
    domain: string(7),
    overload: string(8),
    metadataProps: messages(9, 'StringStringEntryProto'),
    deviceConfigurations: messages(10, 'NodeDeviceConfigurationProto'),
  },
  TensorAnnotation: { tensorName: string(1), quantParameterTensorNames: messages(2, 'StringStringEntryProto') },
  GraphProto: {
    node: messages(1, 'NodeProto'),
    name: string(2),
    initializer: messages(5, 'TensorProto'),
    docString: text(10),
    input: messages(11, 'ValueInfoProto'),
    output: messages(12, 'ValueInfoProto'),
    valueInfo: messages(13, 'ValueInfoProto'),
    quantizationAnnotation: messages(14, 'TensorAnnotation'),
    sparseInitializer: messages(15, 'SparseTensorProto'),
    metadataProps: messages(16, 'StringStringEntryProto'),
  },
  TrainingInfoProto: {
    initialization: message(1, 'GraphProto'),
    algorithm: message(2, 'GraphProto'),
    initializationBinding: messages(3, 'StringStringEntryProto'),
    updateBinding: messages(4, 'StringStringEntryProto'),
  },
  FunctionProto: {
    name: string(1),
    input: strings(4),
    output: strings(5),
    attribute: strings(6),
    node: messages(7, 'NodeProto'),
    docString: text(8),
    opsetImport: messages(9, 'OperatorSetIdProto'),
    domain: string(10),
    attributeProto: messages(11, 'AttributeProto'),
    valueInfo: messages(12, 'ValueInfoProto'),
    overload: string(13),
    metadataProps: messages(14, 'StringStringEntryProto'),
  },
  DeviceConfigurationProto: { name: text(1), numDevices: int(2), device: many('text')(3) },
  ModelProto: {
    irVersion: int(1),
    producerName: text(2),
    producerVersion: text(3),
    domain: text(4),
    modelVersion: int(5),
    docString: text(6),
    graph: message(7, 'GraphProto'),
    opsetImport: messages(8, 'OperatorSetIdProto'),
    metadataProps: messages(14, 'StringStringEntryProto'),
    trainingInfo: messages(20, 'TrainingInfoProto'),
    functions: messages(25, 'FunctionProto'),
    configuration: messages(26, 'DeviceConfigurationProto'),
  },
};

/** The fields of a message as `[key, field]`, ascending by number. */
export function fieldsOf(name: MessageName): readonly (readonly [string, Field])[] {
  return Object.entries(schema[name] as Readonly<Record<string, Field>>);
}
