import { isConstant, tensorBytes } from './access.ts';
import type { Graph, Operator, TensorId } from './graph.ts';

/** When a tensor that is computed or provided at run time must be in memory. */
interface Lifetime {
  readonly tensor: TensorId;
  /** `undefined` where shape or type are not fully known. */
  readonly bytes: number | undefined;
  /** Index of the operator that writes it; 0 for inputs. */
  readonly first: number;
  /** Index of the last operator that reads it, at least `first`; the last operator of all for the graph's outputs. */
  readonly last: number;
}

export interface Liveness {
  /** Of every tensor that takes memory, in order of their ids. */
  readonly lifetimes: readonly Lifetime[];
  /** Bytes alive while each operator runs. */
  readonly liveBytes: readonly number[];
  /** The largest of `liveBytes`: no plan of buffers can do with less. Tensors of unknown size count nothing. */
  readonly lowerBound: number;
}

/**
 * Lifetimes of all non-constant tensors that are graph inputs or outputs of operators, when operators run in their order.
 * Tensors that nobody touches and TensorFlow Lite's variable tensors take no part. What a nested ONNX graph captures is read by the operator that holds it.
 */
export function liveness(graph: Graph): Liveness {
  const lastOperator = Math.max(0, graph.operators.length - 1);
  const first = new Map<TensorId, number>();
  const last = new Map<TensorId, number>();
  const use = (tensor: TensorId, index: number) => last.set(tensor, Math.max(index, last.get(tensor) ?? index));
  for (const tensor of graph.inputs) first.set(tensor, 0);
  const idByName = graph.dialect === 'onnx' ? new Map(graph.tensors.map((tensor, id) => [tensor.name, id])) : undefined;
  graph.operators.forEach((operator, index) => {
    for (const tensor of operator.outputs) if (tensor !== null && !first.has(tensor)) first.set(tensor, index);
    for (const tensor of operator.inputs) if (tensor !== null) use(tensor, index);
    if (idByName === undefined) return;
    for (const name of capturedNames(operator)) {
      const tensor = idByName.get(name);
      if (tensor !== undefined) use(tensor, index);
    }
  });
  for (const tensor of graph.outputs) use(tensor, lastOperator);

  const lifetimes = [...first]
    .filter(([id]) => takesMemory(graph, id))
    .sort(([a], [b]) => a - b)
    .map(([tensor, from]): Lifetime => {
      const content = graph.tensors[tensor];
      const bytes = content === undefined ? undefined : tensorBytes(content);
      return { tensor, bytes, first: from, last: Math.max(from, last.get(tensor) ?? from) };
    });
  const liveBytes = sumOverTime(lifetimes, Math.max(1, graph.operators.length));
  return {
    lifetimes,
    liveBytes: liveBytes.slice(0, graph.operators.length),
    lowerBound: liveBytes.reduce((most, bytes) => Math.max(most, bytes), 0),
  };
}

/** Bytes alive at each of `steps` moments: a running sum over the ends of the lifetimes. */
export function sumOverTime(
  lifetimes: readonly { readonly bytes: number | undefined; readonly first: number; readonly last: number }[],
  steps: number,
): readonly number[] {
  const change = new Array<number>(steps + 1).fill(0);
  for (const { bytes = 0, first, last } of lifetimes) {
    change[first] = (change[first] ?? 0) + bytes;
    change[last + 1] = (change[last + 1] ?? 0) - bytes;
  }
  let live = 0;
  return change.slice(0, steps).map((delta) => {
    live += delta;
    return live;
  });
}

/** Names of the surrounding graph's tensors that an operator's nested graphs read, at any depth. */
function capturedNames(operator: Operator): readonly string[] {
  return Object.values(operator.attributes).flatMap((attribute) => {
    const bodies = attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
    return bodies.flatMap((body) => body.captures.map((capture) => capture.name));
  });
}

function takesMemory(graph: Graph, id: TensorId): boolean {
  const tensor = graph.tensors[id];
  return tensor !== undefined && !isConstant(tensor) && tensor.variable !== true;
}
