import { intAttribute, intsAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Dimension, Graph, Operator, Shape } from '../graph.ts';
import { extentsOf, type Fact, fact, integersOf } from './fact.ts';

/** An operator with what is known about its inputs. */
export interface Node {
  readonly operator: Operator;
  /** An input that is left out is `undefined`. */
  readonly inputs: readonly (Fact | undefined)[];
  /** Facts about the outputs of a nested graph, given facts about its inputs. */
  readonly inferNested: (graph: Graph, inputs: readonly (Fact | undefined)[]) => readonly (Fact | undefined)[];
}

/** Facts about an operator's outputs, in their order; what is missing stays as the file says. */
export type Rule = (node: Node) => readonly (Fact | undefined)[];

/** Rules by operator type; those outside ai.onnx by `domain:type`. */
export type Rules = Readonly<Record<string, Rule>>;

/** The shape of an input; `undefined` when it is left out or not known. */
export function shapeOf(node: Node, position: number): Shape | undefined {
  return node.inputs[position]?.shape;
}

/** The element type of an input. */
export function typeOf(node: Node, position: number): DataType {
  return node.inputs[position]?.dtype ?? 'unknown';
}

/** One output with a type and a shape. */
export function one(dtype: DataType, shape: Shape | undefined): readonly Fact[] {
  return [fact(dtype, shape)];
}

/** One output of the input's type and this shape. */
export function like(node: Node, shape: Shape | undefined, position = 0): readonly Fact[] {
  return [fact(typeOf(node, position), shape)];
}

/**
 * Integers that older operator sets keep in an attribute and newer ones in an input (axes, pads, steps …).
 * `undefined`: given, but not known; `fallback`: not given at all.
 */
export function integers(
  node: Node,
  position: number,
  attribute: string,
  fallback: readonly number[] | undefined = undefined,
): readonly number[] | undefined {
  if (node.inputs[position] !== undefined) return integersOf(node.inputs[position]);
  return intsAttribute(node.operator, attribute) ?? fallback;
}

/** As {@link integers}, with the elements that are known. */
export function extents(node: Node, position: number, attribute: string): readonly Dimension[] | undefined {
  return node.inputs[position] === undefined
    ? intsAttribute(node.operator, attribute)
    : extentsOf(node.inputs[position]);
}

/** The `axis` attribute counted from the front; `undefined` when it lies outside the rank. */
export function axisOf(node: Node, rank: number, fallback: number): number | undefined {
  return normalAxis(intAttribute(node.operator, 'axis', fallback), rank);
}

/** Element types by their number in `TensorProto.DataType` (onnx.proto3). */
const typeOfNumber: readonly (DataType | undefined)[] = [
  undefined,
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
];

/** The element type that an attribute names by number, or `fallback`. */
export function typeAttribute(operator: Operator, name: string, fallback: DataType): DataType {
  return typeOfNumber[intAttribute(operator, name, 0)] ?? fallback;
}
