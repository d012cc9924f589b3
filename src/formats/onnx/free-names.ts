import { attributeType, typeOf } from './attributes.ts';
import type { GraphProto, NodeProto } from './messages.ts';

const known = new WeakMap<GraphProto, ReadonlySet<string>>();

/** The graphs nested in a node's attributes; not those that an attribute of another type has besides its value. */
export function nestedGraphs(node: NodeProto): readonly GraphProto[] {
  return (node.attribute ?? []).flatMap((attribute) => {
    const type = typeOf(attribute);
    if (type === attributeType.graph) return attribute.g === undefined ? [] : [attribute.g];
    return type === attributeType.graphs ? (attribute.graphs ?? []) : [];
  });
}

/** Names that a nested graph, or one nested in it, uses and does not define: what it takes from the graphs around it. */
export function freeNames(graph: GraphProto): ReadonlySet<string> {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const defined = definedNames(graph);
  const free = new Set<string>();
  const use = (name: string | undefined) => {
    if (name !== undefined && name !== '' && !defined.has(name)) free.add(name);
  };
  for (const node of graph.node ?? []) usedNames(node).forEach(use);
  for (const output of graph.output ?? []) use(output.name);
  known.set(graph, free);
  return free;
}

/** Names that a node needs before it can run: its inputs, and what its nested graphs take from around them. */
export function usedNames(node: NodeProto): readonly string[] {
  return [...(node.input ?? []), ...nestedGraphs(node).flatMap((graph) => [...freeNames(graph)])];
}

function definedNames(graph: GraphProto): ReadonlySet<string> {
  return new Set([
    ...(graph.input ?? []).map(({ name }) => name ?? ''),
    ...(graph.initializer ?? []).map(({ name }) => name ?? ''),
    ...(graph.sparseInitializer ?? []).map(({ values }) => values?.name ?? ''),
    ...(graph.node ?? []).flatMap(({ output }) => output ?? []),
  ]);
}
