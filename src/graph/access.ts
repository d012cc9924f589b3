import { bytesOf, elementBits } from './data-type.ts';
import type { Graph, Operator, Shape, Tensor, TensorId } from './graph.ts';

/** The tensor with this id. @throws RangeError when the graph has none, which is a bug in what made the graph. */
export function tensorAt(graph: Graph, id: TensorId): Tensor {
  const tensor = graph.tensors[id];
  if (tensor === undefined) throw new RangeError(`graph "${graph.name}" has no tensor ${id}`);
  return tensor;
}

/** The extents, when every one is a number. */
export function concreteShape(shape: Shape | undefined): readonly number[] | undefined {
  return shape?.every((extent) => typeof extent === 'number') ? shape : undefined;
}

/** Elements of a tensor; `undefined` when its shape is not fully known. */
export function elementCount(tensor: Tensor): number | undefined {
  return concreteShape(tensor.shape)?.reduce((product, extent) => product * extent, 1);
}

/** Bytes that a tensor's elements take; `undefined` when shape or element size are not fully known. */
export function tensorBytes(tensor: Tensor): number | undefined {
  if (tensor.data !== undefined) return tensor.data.byteLength;
  const elements = elementCount(tensor);
  return elements === undefined || elementBits(tensor.dtype) === 0 ? undefined : bytesOf(tensor.dtype, elements);
}

/** True for tensors whose content is in the file. */
export function isConstant(tensor: Tensor): boolean {
  return tensor.data !== undefined || tensor.strings !== undefined;
}

/** The operator's input tensor at `position`, or `undefined` when it is left out. */
export function inputTensor(graph: Graph, operator: Operator, position: number): Tensor | undefined {
  const id = operator.inputs[position];
  return id === undefined || id === null ? undefined : tensorAt(graph, id);
}

/** The operator's output tensor at `position`, or `undefined` when nobody asks for it. */
export function outputTensor(graph: Graph, operator: Operator, position = 0): Tensor | undefined {
  const id = operator.outputs[position];
  return id === undefined || id === null ? undefined : tensorAt(graph, id);
}

/** An integer attribute (booleans count as 0 and 1), or `fallback` when the operator has none of that name. */
export function intAttribute(operator: Operator, name: string, fallback: number): number {
  const attribute = operator.attributes[name];
  if (attribute?.kind === 'int') return attribute.value;
  return attribute?.kind === 'bool' ? Number(attribute.value) : fallback;
}

/** A floating-point attribute, or `fallback`. */
export function floatAttribute(operator: Operator, name: string, fallback: number): number {
  const attribute = operator.attributes[name];
  return attribute?.kind === 'float' || attribute?.kind === 'int' ? attribute.value : fallback;
}

/** A list of integers, or `undefined`. */
export function intsAttribute(operator: Operator, name: string): readonly number[] | undefined {
  const attribute = operator.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

/** A string attribute (TensorFlow Lite enums too), or `fallback`. */
export function stringAttribute(operator: Operator, name: string, fallback: string): string {
  const attribute = operator.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : fallback;
}
