import type { Attribute, Graph, Operator } from '../../graph/graph.ts';
import { graphExtras, type OnnxGraphExtras, type OpsetImport } from './extras.ts';
import versions from './opset-versions.json' with { type: 'json' };
import { plainDomain } from './read-operator.ts';

/** The IR version from which an initializer need not be listed as an input, and is overridable by the caller if it is (onnx.proto, `Version`). */
const freeInitializers = 4;

/** The operator sets that a graph imports; for graphs made from scratch, those that its operators state. */
export function opsetImports(graph: Graph): readonly OpsetImport[] {
  const stated = graphExtras(graph).opsets ?? [];
  const missing = new Map<string, number>();
  const known = new Set(stated.map(({ domain }) => plainDomain(domain)));
  const visit = ({ operators }: Graph): void => {
    for (const operator of operators) {
      if (!known.has(operator.domain)) {
        missing.set(operator.domain, Math.max(operator.version, missing.get(operator.domain) ?? 1));
      }
      for (const nested of nestedGraphsOf(operator)) visit(nested);
    }
  };
  visit(graph);
  return [...stated, ...[...missing].map(([domain, version]) => ({ domain, version }))];
}

/** The version of a domain's operator set (`''` is ai.onnx); `undefined` when the graph does not import it. */
export function opsetVersion(graph: Graph, domain = ''): number | undefined {
  return opsetImports(graph).find((entry) => plainDomain(entry.domain) === domain)?.version;
}

/**
 * The graph with this version of a domain's operator set, imported if it was not. The operators' `version` follows, in nested graphs too, and
 * the IR version rises to the one that the opset was released with. Whether the operators mean the same in that version is for the caller to
 * see to.
 */
export function withOpset(graph: Graph, domain: string, version: number): Graph {
  const imports = opsetImports(graph);
  const known = imports.some((entry) => plainDomain(entry.domain) === domain);
  const opsets = known
    ? imports.map((entry) => (plainDomain(entry.domain) === domain ? { domain: entry.domain, version } : entry))
    : [...imports, { domain, version }];
  const irVersion = Math.max(irVersionOf(graph), domain === '' ? irVersionOfOpset(version) : 0);
  const extras: OnnxGraphExtras = { ...graphExtras(graph), irVersion, opsets };
  return { ...withVersion(graph, domain, version), extras };
}

/** The IR version that a graph states, or for graphs made from scratch the one that goes with its opset. */
export function irVersionOf(graph: Graph): number {
  return graphExtras(graph).irVersion ?? irVersionOfOpset(opsetVersion(graph) ?? 1);
}

/** True for IR versions in which every initializer must be listed as an input too. */
export function listsInitializers(irVersion: number): boolean {
  return irVersion < freeInitializers;
}

function irVersionOfOpset(opset: number): number {
  return versions.irVersionOfOpset.reduce((found, row) => (row.opset <= opset ? row.irVersion : found), 3);
}

function nestedGraphsOf({ attributes }: Operator): readonly Graph[] {
  return Object.values(attributes).flatMap((attribute) =>
    attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [],
  );
}

function withVersion(graph: Graph, domain: string, version: number): Graph {
  const change = (attribute: Attribute): Attribute => {
    if (attribute.kind === 'graph') return { ...attribute, value: withVersion(attribute.value, domain, version) };
    if (attribute.kind !== 'graphs') return attribute;
    return { ...attribute, value: attribute.value.map((nested) => withVersion(nested, domain, version)) };
  };
  const operators = graph.operators.map((operator) => ({
    ...operator,
    version: operator.domain === domain ? version : operator.version,
    attributes:
      nestedGraphsOf(operator).length === 0
        ? operator.attributes
        : Object.fromEntries(Object.entries(operator.attributes).map(([name, value]) => [name, change(value)])),
  }));
  return { ...graph, operators };
}
