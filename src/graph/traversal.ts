import type { Graph, Operator, TensorId } from './graph.ts';

/** The graphs inside an operator (`If`, `Loop`, `Scan` …), in the order of its attributes; usually none. */
export function nestedGraphs(operator: Operator): readonly Graph[] {
  let graphs: Graph[] | undefined;
  for (const name in operator.attributes) {
    const attribute = operator.attributes[name];
    if (attribute?.kind !== 'graph' && attribute?.kind !== 'graphs') continue;
    graphs ??= [];
    for (const graph of attribute.kind === 'graph' ? [attribute.value] : attribute.value) graphs.push(graph);
  }
  return graphs ?? none;
}

// Nearly every operator of every model has none, and is asked often.
const none: readonly Graph[] = [];
const noNames: ReadonlySet<string> = new Set();

/** The operator with each graph inside it replaced by `change` of it; the same operator when nothing changed. */
export function mapNestedGraphs(operator: Operator, change: (graph: Graph) => Graph): Operator {
  if (nestedGraphs(operator).length === 0) return operator;
  let changed = false;
  const track = (graph: Graph): Graph => {
    const next = change(graph);
    if (next !== graph) changed = true;
    return next;
  };
  const attributes = { ...operator.attributes };
  for (const [name, attribute] of Object.entries(operator.attributes)) {
    if (attribute.kind === 'graph') attributes[name] = { kind: 'graph', value: track(attribute.value) };
    if (attribute.kind === 'graphs') attributes[name] = { kind: 'graphs', value: attribute.value.map(track) };
  }
  return changed ? { ...operator, attributes } : operator;
}

/** Names of outer tensors that the graphs inside an operator use, at any depth. */
export function capturedNames(operator: Operator): ReadonlySet<string> {
  const graphs = nestedGraphs(operator);
  if (graphs.length === 0) return noNames;
  const names = new Set<string>();
  const collect = (graph: Graph): void => {
    for (const capture of graph.captures) names.add(capture.name);
    for (const inner of graph.operators) for (const nested of nestedGraphs(inner)) collect(nested);
  };
  for (const graph of graphs) collect(graph);
  return names;
}

/** Index of the operator that computes each tensor; graph inputs, constants and captures have none. */
export function producers(graph: Graph): ReadonlyMap<TensorId, number> {
  const result = new Map<TensorId, number>();
  graph.operators.forEach((operator, index) => {
    for (const output of operator.outputs) if (output !== null) result.set(output, index);
  });
  return result;
}

/**
 * Indexes of the operators that use each tensor, ascending, each once: as an input, or from a graph inside the operator.
 * Tensors that no operator uses are absent, graph outputs among them.
 */
export function consumers(graph: Graph): ReadonlyMap<TensorId, readonly number[]> {
  const result = new Map<TensorId, number[]>();
  let idOfName: Map<string, TensorId> | undefined;
  graph.operators.forEach((operator, index) => {
    const used = new Set<TensorId>();
    for (const input of operator.inputs) if (input !== null) used.add(input);
    if (graph.dialect === 'onnx') {
      for (const name of capturedNames(operator)) {
        idOfName ??= new Map(graph.tensors.map((tensor, id) => [tensor.name, id]));
        const id = idOfName.get(name);
        if (id !== undefined) used.add(id);
      }
    }
    for (const id of used) {
      const indexes = result.get(id);
      if (indexes === undefined) result.set(id, [index]);
      else indexes.push(index);
    }
  });
  return result;
}
