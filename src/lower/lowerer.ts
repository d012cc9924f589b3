import { UserError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Quantization, TensorId } from '../graph/graph.ts';
import type { Arrangement } from './arrangement.ts';

/** A tensor of the TensorFlow Lite graph that holds the values of an ONNX tensor. */
export interface Stored {
  readonly tensor: TensorId;
  /** Its own shape, which need not be ONNX's. */
  readonly shape: readonly number[];
  readonly arrangement: Arrangement;
}

/** A stored tensor whose every extent is an axis of the ONNX tensor. */
export interface View {
  readonly tensor: TensorId;
  readonly shape: readonly number[];
  /** By extent: the ONNX axis, or -1 for an additional extent of 1. */
  readonly axes: readonly number[];
}

/** What a new tensor is like, besides its shape. */
export interface NewTensor {
  readonly name?: string;
  readonly dtype?: DataType;
  readonly quantization?: Quantization;
}

/** Attributes in short: numbers are integers, `{ float }` floats. */
export type Options = Readonly<Record<string, number | string | boolean | { readonly float: number }>>;

/** What a lowering rule works with: the ONNX graph to read, the TensorFlow Lite graph to add to. Ids of the two are never mixed: `id` is ONNX's, `tensor` TensorFlow Lite's. */
export interface Lowerer {
  readonly graph: Graph;
  /** The extents of an ONNX tensor. @throws UserError when they are not fixed */
  readonly shapeOf: (id: TensorId) => readonly number[];
  /** The type of its elements in the TensorFlow Lite graph (`runtimeType`). */
  readonly typeOf: (id: TensorId) => DataType;
  /** The ONNX operator that computes a tensor. */
  readonly producerOf: (id: TensorId) => Operator | undefined;
  /** The one operator that reads a tensor; `undefined` where there are more, none, or the caller reads it too. */
  readonly soleReaderOf: (id: TensorId) => Operator | undefined;
  readonly nameOf: (id: TensorId) => string;
  /** The content of an ONNX tensor that is known before anything runs, in ONNX's order. */
  readonly constantOf: (id: TensorId | null | undefined) => ConstantValue | undefined;
  /** The same as numbers, not copied where they lie as numbers: for weights. */
  readonly numbersIn: (id: TensorId | null | undefined) => ArrayLike<number> | undefined;
  /** The same as a list of numbers. */
  readonly numbersOf: (id: TensorId | null | undefined) => readonly number[] | undefined;
  /** The first way in which a tensor's values were computed: asking for it costs nothing. */
  readonly native: (id: TensorId) => Stored;
  /** Every way in which a tensor's values are there; the native one is the first. */
  readonly versionsOf: (id: TensorId) => readonly Stored[];
  /** The values in an arrangement and shape; adds RESHAPE and TRANSPOSE where they are not there yet, permutes constants now. */
  readonly stored: (id: TensorId, arrangement: Arrangement, shape: readonly number[]) => TensorId;
  /** The values in ONNX's order and shape. */
  readonly asInOnnx: (id: TensorId) => TensorId;
  /** The values with the axes in this order. */
  readonly withAxes: (id: TensorId, axes: readonly number[]) => TensorId;
  /** The values so that every extent is an axis, in the order closest to the native one. */
  readonly view: (id: TensorId) => View;
  /** A constant of the TensorFlow Lite graph. */
  readonly constant: (
    name: string,
    dtype: DataType,
    shape: readonly number[],
    numbers: ArrayLike<number>,
    more?: NewTensor,
  ) => TensorId;
  /** Adds an operator with one output. */
  readonly emit: (
    type: string,
    inputs: readonly (TensorId | null)[],
    shape: readonly number[],
    options?: Options,
    output?: NewTensor,
  ) => TensorId;
  /** Adds an operator with several outputs. */
  readonly emitMany: (
    type: string,
    inputs: readonly (TensorId | null)[],
    shapes: readonly (readonly number[])[],
    options?: Options,
    outputs?: readonly NewTensor[],
  ) => readonly TensorId[];
  /** Says that a tensor of the TensorFlow Lite graph holds the values of an ONNX one. */
  readonly define: (id: TensorId, tensor: TensorId, arrangement: Arrangement) => void;
  /** The same, where every extent of the tensor is an axis. */
  readonly defineAxes: (id: TensorId, tensor: TensorId, axes: readonly number[]) => void;
  /** Says that two ONNX tensors hold the same elements in the same row-major order, in whatever shape. */
  readonly alias: (id: TensorId, of: TensorId) => void;
  readonly tensorShape: (tensor: TensorId) => readonly number[];
  readonly tensorType: (tensor: TensorId) => DataType;
  readonly rename: (tensor: TensorId, name: string) => void;
  readonly setQuantization: (tensor: TensorId, quantization: Quantization) => void;
  /** Makes a constant of an ONNX tensor that is computed from constants only; `quantization` is what it was dequantised with. */
  readonly setConstant: (id: TensorId, value: ConstantValue, quantization?: Quantization) => void;
  readonly scalesOf: (id: TensorId) => Quantization | undefined;
  /**
   * Lowers a graph inside an operator to a subgraph of the file; gives its number there. The subgraph takes the tensors of `inputs`, in ONNX's order and shape,
   * and defines the nested graph's own tensors from them by `name`; `finish` says what it gives back.
   */
  readonly subgraph: (nested: NestedGraph) => number;
  /** Stops because the operator has no counterpart. @throws UserError that names the operator, its place and the reason */
  readonly refuse: (operator: Operator, reason: string) => never;
}

/** A graph inside an operator, as a subgraph. */
interface NestedGraph {
  /** Its own operators; none of them for a subgraph that a rule writes itself. */
  readonly graph: Graph;
  /** Its inputs: like which tensor each is, and the nested tensors that are the same; `undefined` where it has none. */
  readonly inputs: readonly NestedInput[];
  /** Constants around it that it uses, by nested tensor. */
  readonly constants: ReadonlyMap<TensorId, ConstantValue>;
  /** What the subgraph gives back, added with its own lowerer; `inputs` are the subgraph's tensors. */
  readonly finish: (inner: Lowerer, inputs: readonly TensorId[]) => readonly TensorId[];
}

/** An input of a subgraph. */
export interface NestedInput {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly tensor: TensorId | undefined;
}

/** Adds what computes the outputs of one ONNX operator and defines them. @throws UserError through `refuse` */
export type Lowering = (lowerer: Lowerer, operator: Operator) => void;

/** Rules by the type of the ONNX operator; those of other domains as `domain:type`. */
export type Lowerings = Readonly<Record<string, Lowering>>;

/** The attribute that an option in short stands for. */
export function attributeOf(value: Options[string]): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  return { kind: 'float', value: value.float };
}

/** The input at a position. @throws UserError when it is left out, which no valid model does */
export function inputOf(operator: Operator, position: number): TensorId {
  const id = operator.inputs[position];
  if (id === undefined || id === null) {
    throw new UserError(
      `${operator.type} "${operator.name}" has no input ${position}, which it needs; check the model with onnx.checker.`,
    );
  }
  return id;
}

/** The output at a position; -1 where nobody asks for it. */
export function outputOf(operator: Operator, position = 0): TensorId {
  return operator.outputs[position] ?? -1;
}

/** An axis counted from the front. @throws UserError when a tensor of this rank has no such axis */
export function axisFromFront(axis: number, rank: number): number {
  const fromFront = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(fromFront) && fromFront >= 0 && fromFront < rank) return fromFront;
  throw new UserError(
    `The model contradicts itself: a tensor of ${rank} dimensions has no axis ${axis}; check it with onnx.checker.`,
  );
}
