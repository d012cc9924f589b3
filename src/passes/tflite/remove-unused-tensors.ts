import type { Metadata, ModelExtras, Signature, TensorExtras } from '../../formats/tflite/extras.ts';
import { allSubgraphs, modelExtras, tensorExtras } from '../../formats/tflite/extras.ts';
import type { Graph, Tensor, TensorId } from '../../graph/graph.ts';
import { allocatedSubgraph, keepOffsets, offlineAllocation } from './offline-allocation.ts';
import { mapSubgraphs } from './subgraphs.ts';

/** Fields of `QuantizationDetails` that name tensors of the subgraph; -1 is none. */
const tensorFields = ['scales', 'zero_points'] as const;

/**
 * Removes tensors that no operator, input, output, signature or quantisation names, and numbers the others anew;
 * an offline memory allocation is rewritten with them. A model whose allocation cannot be read is left as it is.
 */
export function removeUnusedTensors(graph: Graph): Graph {
  const graphs = allSubgraphs(graph);
  const { metadata = [], signatures = [] } = modelExtras(graph);
  const allocated = new Map<Metadata, number>();
  for (const entry of metadata.filter(({ name }) => name === offlineAllocation)) {
    const subgraph = allocatedSubgraph(entry.data, (index) => graphs[index]?.tensors.length);
    if (subgraph === undefined) return graph;
    allocated.set(entry, subgraph);
  }
  const kept = graphs.map((subgraph, index) => usedTensors(subgraph, signatures, index));
  if (kept.every((ids, index) => ids.length === graphs[index]?.tensors.length)) return graph;
  const numbers = kept.map((ids) => new Map(ids.map((id, number) => [id, number])));
  const numberOf = (subgraph: number, id: TensorId) => numbers[subgraph]?.get(id) ?? id;
  const smaller = mapSubgraphs(graph, (subgraph, index) =>
    renumbered(subgraph, kept[index] ?? [], (id) => numberOf(index, id)),
  );
  const aliases = (list: Signature['inputs'], subgraph: number) =>
    list.map(({ name, tensor }) => ({ name, tensor: numberOf(subgraph, tensor) }));
  const extras: ModelExtras = {
    ...modelExtras(smaller),
    ...(metadata.length === 0 ? {} : { metadata: metadata.map((entry) => withOffsets(entry, allocated, kept)) }),
    ...(signatures.length === 0
      ? {}
      : {
          signatures: signatures.map((signature) => ({
            ...signature,
            inputs: aliases(signature.inputs, signature.subgraph),
            outputs: aliases(signature.outputs, signature.subgraph),
          })),
        }),
  };
  return { ...smaller, extras };
}

function withOffsets(
  entry: Metadata,
  allocated: ReadonlyMap<Metadata, number>,
  kept: readonly (readonly TensorId[])[],
): Metadata {
  const subgraph = allocated.get(entry);
  return subgraph === undefined ? entry : keepOffsets(entry, kept[subgraph] ?? [], subgraph);
}

function usedTensors(graph: Graph, signatures: readonly Signature[], index: number): readonly TensorId[] {
  const used = new Set<TensorId>([...graph.inputs, ...graph.outputs]);
  const use = (id: TensorId | null) => {
    if (id !== null) used.add(id);
  };
  for (const operator of graph.operators) {
    for (const id of [...operator.inputs, ...operator.outputs, ...(operator.intermediates ?? [])]) use(id);
  }
  for (const signature of signatures.filter(({ subgraph }) => subgraph === index)) {
    for (const { tensor } of [...signature.inputs, ...signature.outputs]) use(tensor);
  }
  // A set's iteration takes in what is added on the way.
  for (const id of used) for (const named of quantizationTensors(graph.tensors[id])) use(named);
  return [...used].filter((id) => id < graph.tensors.length).sort((a, b) => a - b);
}

function quantizationTensors(tensor: Tensor | undefined): readonly TensorId[] {
  const details = tensor === undefined ? undefined : tensorExtras(tensor).quantization?.details?.value;
  return tensorFields.map((field) => details?.[field]).filter((id): id is number => typeof id === 'number' && id >= 0);
}

function renumbered(graph: Graph, kept: readonly TensorId[], number: (id: TensorId) => TensorId): Graph {
  const optional = (id: TensorId | null) => (id === null ? null : number(id));
  return {
    ...graph,
    tensors: kept.flatMap((id) => graph.tensors[id] ?? []).map((tensor) => renumberedQuantization(tensor, number)),
    inputs: graph.inputs.map(number),
    outputs: graph.outputs.map(number),
    operators: graph.operators.map((operator) => ({
      ...operator,
      inputs: operator.inputs.map(optional),
      outputs: operator.outputs.map(optional),
      ...(operator.intermediates === undefined ? {} : { intermediates: operator.intermediates.map(number) }),
    })),
  };
}

function renumberedQuantization(tensor: Tensor, number: (id: TensorId) => TensorId): Tensor {
  if (quantizationTensors(tensor).length === 0) return tensor;
  const { quantization, ...others } = tensorExtras(tensor);
  if (quantization?.details === undefined) return tensor;
  const { type, value } = quantization.details;
  const fields = tensorFields.flatMap((field) => {
    const id = value[field];
    return typeof id === 'number' && id >= 0 ? [[field, number(id)] as const] : [];
  });
  const extras: TensorExtras = {
    ...others,
    quantization: { ...quantization, details: { type, value: { ...value, ...Object.fromEntries(fields) } } },
  };
  return { ...tensor, extras };
}
