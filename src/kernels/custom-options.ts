import { toObject } from 'flatbuffers/mjs/flexbuffers.js';
import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';

/** The options of a custom operator, a map in FlexBuffers' format. @throws UserError when the bytes are no such map */
export function customOptions(node: Node): Readonly<Record<string, unknown>> {
  const options = node.operator.attributes.custom_options;
  if (options?.kind !== 'bytes' || options.value.length === 0) return {};
  try {
    const map: unknown = toObject(options.value.slice().buffer as ArrayBuffer);
    if (typeof map === 'object' && map !== null) return map as Record<string, unknown>;
  } catch {
    // Told below, with the operator's place.
  }
  return refuse(node, 'its options are damaged');
}

/** A number (or a truth value, as 0 or 1) among the options. @throws UserError when it is missing and has no fallback */
export function optionOf(
  node: Node,
  options: Readonly<Record<string, unknown>>,
  name: string,
  fallback?: number,
): number {
  const value = options[name];
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  return fallback ?? refuse(node, `its option "${name}" is missing`);
}
