import { stringAttribute } from '../graph/access.ts';
import { accept } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { input, int32, output, refuse } from './refuse.ts';
import type { TypedArray, Value } from './values.ts';

/** VAR_HANDLE: the number of the resource variable of a name. */
export const varHandle: Kernel = (node) => {
  const id = node.resources.idOf(
    stringAttribute(node.operator, 'container', ''),
    stringAttribute(node.operator, 'shared_name', ''),
  );
  const to = int32(node, output(node));
  const run = () => void to.fill(id);
  run();
  return run;
};

/** ASSIGN_VARIABLE: gives the variable content, which stays until the next assignment. */
export const assignVariable: Kernel = (node) => {
  const id = handle(node, input(node, 0));
  const from = input(node, 1);
  return () => node.resources.set(id(), from.values.slice());
};

/** READ_VARIABLE. A variable that was never assigned has bytes of the zero point (MicroResourceVariables::Allocate). */
export const readVariable: Kernel = (node) => {
  const id = handle(node, input(node, 0));
  const to = output(node);
  return () => {
    const content = node.resources.get(id());
    if (content === undefined) bytesOf(to.values).fill(to.zeroPoint);
    else if (content.byteLength === to.values.byteLength) bytesOf(to.values).set(bytesOf(content));
    else refuse(node, `the variable has ${content.byteLength} bytes and the output ${to.values.byteLength}`);
  };
};

function handle(node: Parameters<Kernel>[0], value: Value): () => number {
  accept(node, value, 'resource', 'int32');
  const ids = int32(node, value);
  return () => ids[0] ?? 0;
}

function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
