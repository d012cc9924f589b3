import type { Metadata, ModelExtras } from '../../formats/tflite/extras.ts';
import { allSubgraphs, modelExtras } from '../../formats/tflite/extras.ts';
import type { Attribute, Graph, Operator } from '../../graph/graph.ts';
import { allocatedSubgraph, offlineAllocation } from './offline-allocation.ts';

/** Options that name subgraphs: `cond_subgraph_index`, `branch_subgraph_indices`, and two with names of their own. */
function namesSubgraph(operator: Operator, attribute: string): boolean {
  return (
    /(^|_)subgraph_(index|indices)$/.test(attribute) ||
    attribute === 'called_computations' ||
    (operator.type === 'CALL' && attribute === 'subgraph')
  );
}

/**
 * Removes subgraphs that nothing reaches from the main graph or a signature, and numbers the others anew.
 * A model with custom or unknown operators, which may name subgraphs in options of their own, or with an offline memory allocation of a further subgraph, is left as it is.
 */
export function removeUnusedSubgraphs(graph: Graph): Graph {
  const graphs = allSubgraphs(graph);
  const { metadata = [], signatures = [] } = modelExtras(graph);
  const opaque = graphs.some(({ operators }) =>
    operators.some(({ domain, type }) => domain !== '' || /^UNKNOWN_/.test(type)),
  );
  if (opaque || metadata.some((entry) => isAllocation(entry, graphs))) return graph;
  const reached = new Set<number>([0, ...signatures.map(({ subgraph }) => subgraph)]);
  // A set's iteration takes in what is added on the way.
  for (const index of reached) {
    for (const operator of graphs[index]?.operators ?? []) {
      for (const named of namedSubgraphs(operator)) if (named > 0 && named < graphs.length) reached.add(named);
    }
  }
  if (reached.size === graphs.length) return graph;
  const kept = [...reached].sort((a, b) => a - b);
  const numberOf = (index: number) => Math.max(0, kept.indexOf(index));
  const [main = graph, ...subgraphs] = kept.flatMap((index) => {
    const subgraph = graphs[index];
    if (subgraph === undefined) return [];
    return [{ ...subgraph, operators: subgraph.operators.map((operator) => renumbered(operator, numberOf)) }];
  });
  const extras: ModelExtras = {
    ...modelExtras(main),
    ...(signatures.length === 0
      ? {}
      : { signatures: signatures.map((entry) => ({ ...entry, subgraph: numberOf(entry.subgraph) })) }),
  };
  return { ...main, subgraphs, extras };
}

function isAllocation({ name, data }: Metadata, graphs: readonly Graph[]): boolean {
  return name === offlineAllocation && allocatedSubgraph(data, (index) => graphs[index]?.tensors.length) !== 0;
}

function namedSubgraphs(operator: Operator): readonly number[] {
  return Object.entries(operator.attributes).flatMap(([name, attribute]) =>
    namesSubgraph(operator, name) ? numbersIn(attribute) : [],
  );
}

function numbersIn(attribute: Attribute): readonly number[] {
  if (attribute.kind === 'int') return [attribute.value];
  return attribute.kind === 'ints' ? attribute.value : [];
}

function renumbered(operator: Operator, numberOf: (index: number) => number): Operator {
  const attributes = Object.entries(operator.attributes).map(([name, attribute]): [string, Attribute] => {
    if (!namesSubgraph(operator, name)) return [name, attribute];
    if (attribute.kind === 'int' && attribute.value > 0)
      return [name, { kind: 'int', value: numberOf(attribute.value) }];
    if (attribute.kind !== 'ints') return [name, attribute];
    return [name, { kind: 'ints', value: attribute.value.map((index) => (index > 0 ? numberOf(index) : index)) }];
  });
  return { ...operator, attributes: Object.fromEntries(attributes) };
}
