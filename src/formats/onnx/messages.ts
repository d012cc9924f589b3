/**
 * The messages of `onnx.proto` (ONNX 1.23, IR version 14) as records. A field that the file does not state is absent; a repeated field that is
 * empty is absent too. `unknown` holds, as encoded, the fields that the table in `schema.ts` does not know.
 */
interface Message {
  readonly unknown?: Uint8Array;
}

/** A 64-bit integer: a number where a number is exact, else a `bigint`. */
export type Int64 = number | bigint;

export interface StringStringEntryProto extends Message {
  readonly key?: string;
  readonly value?: string;
}

export interface OperatorSetIdProto extends Message {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface DimensionProto extends Message {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  readonly denotation?: string;
}

export interface TensorShapeProto extends Message {
  readonly dim?: readonly DimensionProto[];
}

/** `TypeProto.Tensor` and `TypeProto.SparseTensor`. */
export interface TensorTypeProto extends Message {
  readonly elemType?: Int64;
  readonly shape?: TensorShapeProto;
}

/** `TypeProto.Sequence` and `TypeProto.Optional`. */
export interface ElementTypeProto extends Message {
  readonly elemType?: TypeProto;
}

export interface MapTypeProto extends Message {
  readonly keyType?: Int64;
  readonly valueType?: TypeProto;
}

export interface OpaqueTypeProto extends Message {
  readonly domain?: string;
  readonly name?: string;
}

export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto;
  readonly sequenceType?: ElementTypeProto;
  readonly mapType?: MapTypeProto;
  readonly denotation?: string;
  readonly opaqueType?: OpaqueTypeProto;
  readonly sparseTensorType?: TensorTypeProto;
  readonly optionalType?: ElementTypeProto;
}

export interface ValueInfoProto extends Message {
  readonly name?: string;
  readonly type?: TypeProto;
  readonly docString?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
}

export interface SegmentProto extends Message {
  readonly begin?: Int64;
  readonly end?: Int64;
}

/** Typed fields (`floatData` …) are kept as their packed encoding. */
export interface TensorProto extends Message {
  readonly dims?: readonly Int64[];
  readonly dataType?: Int64;
  readonly segment?: SegmentProto;
  readonly floatData?: Uint8Array;
  readonly int32Data?: Uint8Array;
  readonly stringData?: readonly Uint8Array[];
  readonly int64Data?: Uint8Array;
  readonly name?: string;
  readonly rawData?: Uint8Array;
  readonly doubleData?: Uint8Array;
  readonly uint64Data?: Uint8Array;
  readonly docString?: string;
  readonly externalData?: readonly StringStringEntryProto[];
  readonly dataLocation?: Int64;
  readonly metadataProps?: readonly StringStringEntryProto[];
}

export interface SparseTensorProto extends Message {
  readonly values?: TensorProto;
  readonly indices?: TensorProto;
  readonly dims?: readonly Int64[];
}

export interface AttributeProto extends Message {
  readonly name?: string;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorProto[];
  readonly graphs?: readonly GraphProto[];
  readonly docString?: string;
  readonly tp?: TypeProto;
  readonly typeProtos?: readonly TypeProto[];
  readonly type?: Int64;
  readonly refAttrName?: string;
  readonly sparseTensor?: SparseTensorProto;
  readonly sparseTensors?: readonly SparseTensorProto[];
}

export interface SimpleShardedDimProto extends Message {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  readonly numShards?: Int64;
}

export interface ShardedDimProto extends Message {
  readonly axis?: Int64;
  readonly simpleSharding?: readonly SimpleShardedDimProto[];
}

export interface IntIntListEntryProto extends Message {
  readonly key?: Int64;
  readonly value?: readonly Int64[];
}

export interface ShardingSpecProto extends Message {
  readonly tensorName?: string;
  readonly device?: readonly Int64[];
  readonly indexToDeviceGroupMap?: readonly IntIntListEntryProto[];
  readonly shardedDim?: readonly ShardedDimProto[];
}

export interface NodeDeviceConfigurationProto extends Message {
  readonly configurationId?: string;
  readonly shardingSpec?: readonly ShardingSpecProto[];
  readonly pipelineStage?: Int64;
}

export interface NodeProto extends Message {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly attribute?: readonly AttributeProto[];
  readonly docString?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
  readonly deviceConfigurations?: readonly NodeDeviceConfigurationProto[];
}

export interface TensorAnnotation extends Message {
  readonly tensorName?: string;
  readonly quantParameterTensorNames?: readonly StringStringEntryProto[];
}

export interface GraphProto extends Message {
  readonly node?: readonly NodeProto[];
  readonly name?: string;
  readonly initializer?: readonly TensorProto[];
  readonly docString?: string;
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly quantizationAnnotation?: readonly TensorAnnotation[];
  readonly sparseInitializer?: readonly SparseTensorProto[];
  readonly metadataProps?: readonly StringStringEntryProto[];
}

export interface TrainingInfoProto extends Message {
  readonly initialization?: GraphProto;
  readonly algorithm?: GraphProto;
  readonly initializationBinding?: readonly StringStringEntryProto[];
  readonly updateBinding?: readonly StringStringEntryProto[];
}

export interface FunctionProto extends Message {
  readonly name?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly string[];
  readonly node?: readonly NodeProto[];
  readonly docString?: string;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly domain?: string;
  readonly attributeProto?: readonly AttributeProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly overload?: string;
  readonly metadataProps?: readonly StringStringEntryProto[];
}

export interface DeviceConfigurationProto extends Message {
  readonly name?: string;
  readonly numDevices?: Int64;
  readonly device?: readonly string[];
}

export interface ModelProto extends Message {
  readonly irVersion?: Int64;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: Int64;
  readonly docString?: string;
  readonly graph?: GraphProto;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly metadataProps?: readonly StringStringEntryProto[];
  readonly trainingInfo?: readonly TrainingInfoProto[];
  readonly functions?: readonly FunctionProto[];
  readonly configuration?: readonly DeviceConfigurationProto[];
}

/** Every message by its name in `onnx.proto`. */
export interface Messages {
  readonly StringStringEntryProto: StringStringEntryProto;
  readonly OperatorSetIdProto: OperatorSetIdProto;
  readonly DimensionProto: DimensionProto;
  readonly TensorShapeProto: TensorShapeProto;
  readonly TensorTypeProto: TensorTypeProto;
  readonly ElementTypeProto: ElementTypeProto;
  readonly MapTypeProto: MapTypeProto;
  readonly OpaqueTypeProto: OpaqueTypeProto;
  readonly TypeProto: TypeProto;
  readonly ValueInfoProto: ValueInfoProto;
  readonly SegmentProto: SegmentProto;
  readonly TensorProto: TensorProto;
  readonly SparseTensorProto: SparseTensorProto;
  readonly AttributeProto: AttributeProto;
  readonly SimpleShardedDimProto: SimpleShardedDimProto;
  readonly ShardedDimProto: ShardedDimProto;
  readonly IntIntListEntryProto: IntIntListEntryProto;
  readonly ShardingSpecProto: ShardingSpecProto;
  readonly NodeDeviceConfigurationProto: NodeDeviceConfigurationProto;
  readonly NodeProto: NodeProto;
  readonly TensorAnnotation: TensorAnnotation;
  readonly GraphProto: GraphProto;
  readonly TrainingInfoProto: TrainingInfoProto;
  readonly FunctionProto: FunctionProto;
  readonly DeviceConfigurationProto: DeviceConfigurationProto;
  readonly ModelProto: ModelProto;
}

export type MessageName = keyof Messages;
