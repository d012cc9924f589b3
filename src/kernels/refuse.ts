import { UserError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Node } from './kernel.ts';
import type { Value } from './values.ts';

/** Stops preparing with the operator's place and the reason. @throws UserError always */
export function refuse(node: Pick<Node, 'where'>, reason: string): never {
  throw new UserError(`${node.where}: ${reason}.`);
}

/** The input at a position. @throws UserError when it is left out */
export function input(node: Node, position: number): Value {
  return node.inputs[position] ?? refuse(node, `input ${position} is missing`);
}

/** The output at a position. @throws UserError when it is left out */
export function output(node: Node, position = 0): Value {
  return node.outputs[position] ?? refuse(node, `output ${position} is missing`);
}

/** The elements as `int8`; likewise the functions below for their types. @throws UserError when the tensor has another type */
export function int8(node: Node, value: Value): Int8Array {
  return value.values instanceof Int8Array ? value.values : wrongType(node, value, 'int8');
}

export function int16(node: Node, value: Value): Int16Array {
  return value.values instanceof Int16Array ? value.values : wrongType(node, value, 'int16');
}

export function int32(node: Node, value: Value): Int32Array {
  return value.values instanceof Int32Array ? value.values : wrongType(node, value, 'int32');
}

export function float32(node: Node, value: Value): Float32Array {
  return value.values instanceof Float32Array ? value.values : wrongType(node, value, 'float32');
}

/** Stops because the kernel has no arithmetic for the types. @throws UserError always */
export function refuseTypes(node: Node, ...types: readonly (DataType | undefined)[]): never {
  return refuse(node, `TensorFlow Lite Micro has no kernel for ${types.map((type) => type ?? 'nothing').join(' × ')}`);
}

function wrongType(node: Node, value: Value, expected: DataType): never {
  return refuse(node, `tensor "${value.name}" is ${value.dtype} where ${expected} is needed`);
}
