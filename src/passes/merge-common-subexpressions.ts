import { createHash } from 'node:crypto';
import type { Attribute, Graph, Operator } from '../graph/graph.ts';
import { edit } from './edit.ts';
import { hasSideEffects } from './side-effects.ts';

/**
 * Operators that compute the same from the same are one.
 *
 * ```
 *   x ─▶ Shape ─▶ Gather(2)        x ─▶ Shape ─▶ Gather(2)
 *   x ─▶ Shape ─▶ Gather(3)                └───▶ Gather(3)
 * ```
 *
 * Operators with nested graphs, random numbers or of unknown origin are left alone, and outputs whose names must stay.
 */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const rewriting = edit(graph);
  /** By type and inputs the first operator; from the second on, which must be told apart in full, all that differ. */
  const alike = new Map<string, Operator | Map<string, Operator>>();
  for (const [index, operator] of rewriting.operators()) {
    const looks = `${operator.type} ${operator.inputs}`;
    const known = alike.get(looks);
    if (known === undefined) {
      alike.set(looks, operator);
      continue;
    }
    const different = known instanceof Map ? known : new Map<string, Operator>();
    if (!(known instanceof Map)) {
      const key = keyOf(known);
      if (key !== undefined) different.set(key, known);
      alike.set(looks, different);
    }
    const key = keyOf(operator);
    const first = key === undefined ? undefined : different.get(key);
    if (key !== undefined && first === undefined) different.set(key, operator);
    if (first === undefined || operator.outputs.some((id) => id !== null && rewriting.isPinned(id))) continue;
    operator.outputs.forEach((id, position) => {
      const other = first.outputs[position];
      if (id !== null && other !== null && other !== undefined) rewriting.redirect(id, other);
    });
    rewriting.remove(index);
  }
  return rewriting.finish();
}

/** What an operator computes, as text; `undefined` for operators that are not to be merged. */
function keyOf(operator: Operator): string | undefined {
  if (hasSideEffects(operator)) return undefined;
  const attributes: [string, string][] = [];
  for (const name of Object.keys(operator.attributes).sort()) {
    const text = textOf(operator.attributes[name] as Attribute);
    if (text === undefined) return undefined;
    attributes.push([name, text]);
  }
  // Which outputs are asked for is part of it: an optional one may change what is computed.
  const asked = operator.outputs.map((id) => id !== null);
  return JSON.stringify([operator.domain, operator.type, operator.version, operator.inputs, asked, attributes]);
}

function textOf(attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case 'graph':
    case 'graphs':
    case 'tensors':
    case 'opaque':
      return undefined;
    case 'tensor': {
      const { dtype, shape, data } = attribute.value;
      return data && JSON.stringify([dtype, shape, createHash('sha256').update(data).digest('base64')]);
    }
    case 'bytes':
      return createHash('sha256').update(attribute.value).digest('base64');
    case 'float':
      return Object.is(attribute.value, -0) ? '-0' : String(attribute.value);
    case 'floats':
      return attribute.value.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join();
    default:
      return JSON.stringify(attribute.value);
  }
}
