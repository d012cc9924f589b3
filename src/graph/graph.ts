import type { DataType } from './data-type.ts';

/** Whose operator vocabulary a graph speaks. */
export type Dialect = 'onnx' | 'tflite';

/**
 * One extent of a shape: a number, or the name of a symbolic dimension.
 * An extent that is neither known nor named is `'?'`; two `'?'` need not be equal.
 */
export type Dimension = number | string;

/** Extents, outermost first. */
export type Shape = readonly Dimension[];

/** Index into `Graph.tensors`. */
export type TensorId = number;

/**
 * How integers stand for real numbers: `real = scale[c] * (integer - zeroPoint[c])`.
 * One scale and one zero point per tensor, or one each per index `c` along `axis`.
 */
export interface Quantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  /** Meaningful where `scale` has more than one element. */
  readonly axis: number;
  /** The range seen in training or calibration, where the file keeps it. */
  readonly min?: readonly number[];
  readonly max?: readonly number[];
}

export interface Tensor {
  /** ONNX: unique within its graph, never empty. TensorFlow Lite: for people; may be empty or repeated. */
  readonly name: string;
  readonly dtype: DataType;
  /** `undefined`: not even the rank is known. A scalar is `[]`. */
  readonly shape: Shape | undefined;
  /** Constant content: little-endian, row-major, sub-byte types packed. Absent for what is computed at run time. */
  readonly data?: Uint8Array;
  /** Constant strings, for `dtype: 'string'`. */
  readonly strings?: readonly Uint8Array[];
  readonly quantization?: Quantization;
  /** TensorFlow Lite: keeps its value from one inference to the next. */
  readonly variable?: boolean;
  /** What only the file format cares about, kept so that writing gives it back. */
  readonly extras?: Extras;
}

/** An attribute of an operator. ONNX names these kinds; a TensorFlow Lite builtin option maps onto them, enums as their names. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  /** Kept as it is encoded in the file, because it is not understood or would lose something. `note` says what it is. */
  | { readonly kind: 'opaque'; readonly value: Uint8Array; readonly note: string };

export interface Operator {
  /** The node's own name; TensorFlow Lite has none, there it is the name of the first output. */
  readonly name: string;
  /** `Conv`, `CONV_2D`, or the custom operator's own code. */
  readonly type: string;
  /** ONNX: the operator set's domain, `''` for ai.onnx. TensorFlow Lite: `''` for builtins, `'custom'` for custom operators. */
  readonly domain: string;
  /** ONNX: the opset version of `domain`. TensorFlow Lite: the version in the operator code. */
  readonly version: number;
  /** `null` is an optional input that is left out. */
  readonly inputs: readonly (TensorId | null)[];
  /** `null` is an optional output that nobody asks for. */
  readonly outputs: readonly (TensorId | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** TensorFlow Lite: scratch tensors named by the file (`intermediates`). */
  readonly intermediates?: readonly TensorId[];
  readonly extras?: Extras;
}

/** A tensor of a nested ONNX graph that is computed by a graph around it, found by name. */
export interface Capture {
  readonly tensor: TensorId;
  /** The name in the enclosing graph. */
  readonly name: string;
}

/** Opaque parts of the file, by name: kept, never interpreted outside `formats/`. */
export type Extras = Readonly<Record<string, unknown>>;

/**
 * A model as data: tensors, and operators in an order in which they can run.
 * `inputs` are what the caller provides (ONNX initialisers that are listed as inputs too are constants, not inputs).
 */
export interface Graph {
  readonly dialect: Dialect;
  readonly name: string;
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  /** TensorFlow Lite: the file's further subgraphs; the file's subgraph `k` is `subgraphs[k - 1]`. Empty for ONNX. */
  readonly subgraphs: readonly Graph[];
  /** Nested ONNX graphs only. */
  readonly captures: readonly Capture[];
  /** Sentences about parts of the file that were kept without being understood. */
  readonly notes: readonly string[];
  readonly extras: Extras;
}

/** What the bytes of a model file turn out to be. */
export type ModelFormat = 'onnx' | 'tflite' | 'ort';
