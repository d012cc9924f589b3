import { isConstant } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import { consumers, producers } from '../graph/traversal.ts';
import type { GraphView, Node } from './graph-view.ts';

/**
 * Which operator of the committed model each operator of what was compiled from it comes from, as a place among the view's nodes; `undefined` where none can be told.
 *
 * Optimising and lowering keep the names of tensors that are still computed (`a/scaled` is a part of `a`). An operator without such a name belongs to what
 * reads its result, or else to what it reads. Where several operators became one, it stands for that with the most weights: the convolution, not its activation.
 */
export function placeLayers(view: GraphView, artifact: Graph): readonly (number | undefined)[] {
  if (isSameGraph(view.graph, artifact)) return artifact.operators.map((_, index) => view.nodeOf(index));
  const places = placesByName(view, artifact);
  fillUp(places, artifact);
  const workers = workersOf(view, new Set(places));
  return places.map((place, index) =>
    place === undefined || !hasConstants(artifact, index) ? place : (workers.get(place) ?? place),
  );
}

/** True for the committed graph itself, with or without its shapes inferred. */
function isSameGraph(graph: Graph, artifact: Graph): boolean {
  return (
    graph.dialect === artifact.dialect &&
    graph.operators.length === artifact.operators.length &&
    graph.operators.every((operator, index) => {
      const other = artifact.operators[index];
      return (
        other?.type === operator.type &&
        other.name === operator.name &&
        other.inputs.join() === operator.inputs.join() &&
        other.outputs.join() === operator.outputs.join()
      );
    })
  );
}

function placesByName(view: GraphView, artifact: Graph): (number | undefined)[] {
  const places = new Map<string, number>();
  for (const { at, outputs, operator } of view.nodes) {
    for (const output of outputs) if (output !== null && output.name !== '') places.set(output.name, at);
    if (operator.name !== '' && !places.has(operator.name)) places.set(operator.name, at);
  }
  const placeOf = (name: string): number | undefined => {
    for (let part = name; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('/')))) {
      const found = places.get(part);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return artifact.operators.map(({ outputs, name }) => {
    for (const id of outputs) {
      const found = id === null ? undefined : placeOf(artifact.tensors[id]?.name ?? '');
      if (found !== undefined) return found;
    }
    return placeOf(name);
  });
}

/** Gives operators without a place that of a reader, and where none has one, that of what feeds them. */
function fillUp(places: (number | undefined)[], artifact: Graph): void {
  const readers = consumers(artifact);
  const made = producers(artifact);
  for (let index = artifact.operators.length - 1; index >= 0; index--) {
    if (places[index] !== undefined) continue;
    const next = artifact.operators[index]?.outputs.flatMap((id) => (id === null ? [] : (readers.get(id) ?? [])));
    places[index] = places[next?.find((reader) => places[reader] !== undefined) ?? -1];
  }
  artifact.operators.forEach(({ inputs }, index) => {
    if (places[index] !== undefined) return;
    const feeds = inputs.flatMap((id) => (id === null ? [] : (made.get(id) ?? [])));
    places[index] = places[feeds.find((feed) => places[feed] !== undefined) ?? -1];
  });
}

function hasConstants(artifact: Graph, index: number): boolean {
  return (
    artifact.operators[index]?.inputs.some((id) => {
      const tensor = artifact.tensors[id ?? -1];
      return tensor !== undefined && isConstant(tensor);
    }) === true
  );
}

/**
 * By operator that something was compiled under, the one with the most weights among it and what before it has nothing compiled under its own name.
 * Every operator is looked at once: it belongs to the last that it leads to.
 */
function workersOf(view: GraphView, taken: ReadonlySet<number | undefined>): ReadonlyMap<number, number> {
  const owners = new Map<number, number>();
  const workers = new Map<number, number>();
  for (let at = view.nodes.length - 1; at >= 0; at--) {
    const node = view.nodes[at];
    if (node === undefined) continue;
    const owner = taken.has(at) ? at : owners.get(at);
    if (owner === undefined) continue;
    const worker = view.nodes[workers.get(owner) ?? owner];
    if (worker !== undefined && weightBytes(node) > weightBytes(worker)) workers.set(owner, at);
    for (const source of node.sources) {
      if (source.kind === 'node' && !taken.has(source.node) && !owners.has(source.node)) owners.set(source.node, owner);
    }
  }
  return workers;
}

function weightBytes({ weights }: Node): number {
  let bytes = 0;
  for (const { data } of weights.values()) bytes += data?.byteLength ?? 0;
  return bytes;
}
