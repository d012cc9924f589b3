import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { decodeOperator } from '../kernels/decode-format.ts';
import { rewriteSubgraphs } from '../passes/tflite/subgraphs.ts';
import { type Candidate, firstAxis } from './candidates.ts';

/**
 * Replaces weights by their streams, decoded right before each operator that reads them: the decoded tensor is in memory while that operator runs.
 *
 *     w ─┬→ CONV_2D      encoded, ancillary ─┬→ TFLM_DECODE → w  → CONV_2D
 *        └→ CONV_2D                          └→ TFLM_DECODE → w' → CONV_2D
 *
 * The first decoded tensor keeps number and name of the weights; those of the stream have no name, which would take flash.
 */
export function insertDecode(graph: Graph, candidates: readonly Candidate[]): Graph {
  if (candidates.length === 0) return graph;
  return rewriteSubgraphs(graph, (subgraph) => (isMain(graph, subgraph) ? insertInto(subgraph, candidates) : subgraph));
}

const isMain = (graph: Graph, subgraph: Graph) => subgraph.operators === graph.operators;

function insertInto(graph: Graph, candidates: readonly Candidate[]): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  /** By consumer: what is decoded before it, and the tensors that it reads instead. */
  const before = new Map<number, { readonly operator: Operator; readonly from: TensorId; readonly to: TensorId }[]>();
  for (const { tensor: id, consumers, encoding } of candidates) {
    const original = tensors[id];
    if (original === undefined) continue;
    const { data: _, ...empty } = firstAxis(original);
    const inputs = [encoding.encoded, encoding.ancillary].map((data) =>
      add({ name: '', dtype: 'uint8', shape: [data.length], data }),
    );
    consumers.forEach((consumer, index) => {
      const to = index === 0 ? id : add(empty);
      if (index === 0) tensors[id] = empty;
      const operator: Operator = {
        name: empty.name,
        type: decodeOperator,
        domain: 'custom',
        version: 1,
        inputs,
        outputs: [to],
        attributes: {},
      };
      before.set(consumer, [...(before.get(consumer) ?? []), { operator, from: id, to }]);
    });
  }
  const operators = graph.operators.flatMap((operator, index) => {
    const decoded = before.get(index) ?? [];
    const replaced = new Map(decoded.map(({ from, to }) => [from, to]));
    const inputs = operator.inputs.map((input) => (input === null ? null : (replaced.get(input) ?? input)));
    return [...decoded.map((each) => each.operator), decoded.length === 0 ? operator : { ...operator, inputs }];
  });
  return { ...graph, tensors, operators };
}
