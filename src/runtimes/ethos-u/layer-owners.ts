import type { Graph } from '../../graph/graph.ts';
import type { VelaLayer } from './vela-report.ts';

/** Operators that Vela fuses into one layer follow each other at no more than this distance: padding, a layer, its activation, a change of scale. */
const fusedOperators = 3;

/**
 * The operator of the model that each layer of Vela's table belongs to. Vela names a layer after its output tensor, and what it splits or adds after the tensor that it
 * belongs to (`name_1`). Where that tensor's operator is of another type than the layer says it came from, Vela fused: the layer is of the nearest operator before it of that type
 * (a convolution that writes what its GELU would). A layer that no operator's output names counts to a reader of the layer before it that is of its type
 * (the steps of a softmax), else to that layer's operator.
 */
export function layerOwners(layers: readonly VelaLayer[], graph: Graph): readonly number[] {
  const byOutput = operatorsByOutput(graph);
  const { before, after } = neighbours(graph);
  let current = 0;
  return layers.map(({ name, original }) => {
    const kind = kindOf(original);
    const isKind = (index: number): boolean => kindOf(graph.operators[index]?.type ?? '') === kind;
    const named = byOutput.get(name) ?? byOutput.get(name.replace(/_\d+$/, ''));
    const start = named ?? current;
    const near = named === undefined ? (after.get(start) ?? []) : upTo(fusedOperators, start, before);
    current = isKind(start) ? start : (near.find(isKind) ?? start);
    return current;
  });
}

/** Vela's name of an operator, or TensorFlow Lite's, in letters that both have: `Conv2D` and `CONV_2D` are `conv`. */
function kindOf(type: string): string {
  const letters = type.toLowerCase().replaceAll('_', '');
  return others.get(letters) ?? letters.replace(/2d(bias)?$/, '');
}
const others: ReadonlyMap<string, string> = new Map([
  ['conv2dbackpropinput', 'transposeconv'],
  ['avgpool', 'averagepool'],
]);

/** The index of the first operator that writes a tensor of each name: TensorFlow Lite's names may come more than once. */
function operatorsByOutput(graph: Graph): ReadonlyMap<string, number> {
  const byOutput = new Map<string, number>();
  graph.operators.forEach(({ outputs }, index) => {
    for (const id of outputs) {
      const name = id === null ? undefined : graph.tensors[id]?.name;
      if (name !== undefined && !byOutput.has(name)) byOutput.set(name, index);
    }
  });
  return byOutput;
}

type Neighbours = ReadonlyMap<number, readonly number[]>;

/** Operators that write what each operator reads, and that read what it writes. */
function neighbours({ operators }: Graph): { readonly before: Neighbours; readonly after: Neighbours } {
  const writers = new Map<number, number>();
  operators.forEach(({ outputs }, index) => {
    for (const id of outputs) if (id !== null) writers.set(id, index);
  });
  const before = new Map<number, number[]>();
  const after = new Map<number, number[]>();
  operators.forEach(({ inputs }, index) => {
    for (const id of inputs) {
      const writer = id === null ? undefined : writers.get(id);
      if (writer === undefined) continue;
      before.set(index, [...(before.get(index) ?? []), writer]);
      after.set(writer, [...(after.get(writer) ?? []), index]);
    }
  });
  return { before, after };
}

/** Operators that are no further than `steps` away, the nearest first. */
function upTo(steps: number, start: number, next: Neighbours): readonly number[] {
  const found = new Set<number>();
  let edge: readonly number[] = [start];
  for (let step = 0; step < steps; step++) {
    edge = [...new Set(edge.flatMap((index) => next.get(index) ?? []))].filter((index) => !found.has(index));
    for (const index of edge) found.add(index);
  }
  return [...found];
}
