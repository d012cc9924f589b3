import { intAttribute, outputTensor, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { consumers, producers } from '../../graph/traversal.ts';
import { meansTheSame } from './alike.ts';
import { integersOf } from './integers.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/**
 * Lets what only looks at elements in their order read what was there before they got another shape; two transpositions become one.
 *
 *     x → RESHAPE → RESHAPE → y               x → RESHAPE → y
 *     x → RESHAPE → FULLY_CONNECTED → y   →   x → FULLY_CONNECTED → y
 *     x → TRANSPOSE p → TRANSPOSE q → y       x → TRANSPOSE p[q] → y
 *
 * The operator in front is left without a reader (`removeDeadOperators`). SQUEEZE and EXPAND_DIMS in front are as good as RESHAPE.
 */
export function mergeRearrangements(graph: Graph): Graph {
  return rewriteSubgraphs(graph, (subgraph, callers) => {
    const tensors: Tensor[] = [...subgraph.tensors];
    const operators = [...subgraph.operators];
    const producerOf = producers(subgraph);
    const readersOf = consumers(subgraph);
    let isChanged = false;
    operators.forEach((operator, index) => {
      const [middle] = operator.inputs;
      if (operator.domain !== '' || typeof middle !== 'number' || callers.has(middle)) return;
      const before = operators[producerOf.get(middle) ?? -1];
      const isOnlyReader =
        readersOf.get(middle)?.length === 1 && operator.inputs.filter((id) => id === middle).length === 1;
      if (before === undefined || before.domain !== '' || !isOnlyReader) return;
      const merged = mergedWith({ ...subgraph, tensors }, before, operator, (tensor) => tensors.push(tensor) - 1);
      if (merged === undefined) return;
      operators[index] = merged;
      isChanged = true;
    });
    return isChanged ? { ...subgraph, tensors, operators } : subgraph;
  });
}

const reshaping = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS']);

/** `operator` reading what `before` reads; `undefined` where it would give something else. */
function mergedWith(
  graph: Graph,
  before: Operator,
  operator: Operator,
  add: (tensor: Tensor) => TensorId,
): Operator | undefined {
  const [source = null] = before.inputs;
  const [middle = null, ...others] = operator.inputs;
  if (source === null || middle === null) return undefined;
  const from = tensorAt(graph, source);
  if (from.variable === true || !meansTheSame(from, tensorAt(graph, middle))) return undefined;
  if (reshaping.has(before.type)) {
    const ignoresShape = operator.type === 'RESHAPE' || isFlatDense(graph, operator);
    return ignoresShape ? { ...operator, inputs: [source, ...others] } : undefined;
  }
  if (before.type !== 'TRANSPOSE' || operator.type !== 'TRANSPOSE') return undefined;
  const [first, second] = [integersOf(graph, before, 1), integersOf(graph, operator, 1)];
  const [orderId = null] = others;
  if (first === undefined || second === undefined || orderId === null || first.length !== second.length)
    return undefined;
  const order = Int32Array.from(second, (axis) => first[axis] ?? 0);
  const content = { dtype: 'int32', shape: [order.length], data: new Uint8Array(order.buffer) } as const;
  return { ...operator, inputs: [source, add({ ...tensorAt(graph, orderId), ...content })] };
}

/** A dense layer takes its input for rows as long as its weights are deep, unless it keeps the input's other extents. */
function isFlatDense(graph: Graph, operator: Operator): boolean {
  return (
    operator.type === 'FULLY_CONNECTED' &&
    intAttribute(operator, 'keep_num_dims', 0) === 0 &&
    outputTensor(graph, operator)?.shape?.length === 2
  );
}
