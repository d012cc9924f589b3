import { stringAttribute, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { consumers, producers } from '../../graph/traversal.ts';
import { hasSameShape, meansTheSame } from './alike.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/** Operators that clamp what they compute before they write it. */
const clamping = new Set([
  'ADD',
  'AVERAGE_POOL_2D',
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'MAX_POOL_2D',
  'MUL',
  'SUB',
]);

/** Activations that are a clamp, as the option's names. */
const clamps: Readonly<Record<string, string>> = { RELU: 'RELU', RELU6: 'RELU6', RELU_N1_TO_1: 'RELU_N1_TO_1' };

/**
 * Lets an operator clamp its own results where an activation after it does nothing else.
 *
 *     CONV_2D → RELU6 → y    →    CONV_2D, activation RELU6 → y
 *
 * Integers must have the same scale before and after, then both clamp at the same integers; otherwise they are rounded twice.
 */
export function fuseActivations(graph: Graph): Graph {
  return rewriteSubgraphs(graph, (subgraph, callers) => {
    const producerOf = producers(subgraph);
    const readersOf = consumers(subgraph);
    const fused = new Map<number, Operator>();
    const gone = new Set<number>();
    subgraph.operators.forEach((activation, index) => {
      const clamp = activation.domain === '' ? clamps[activation.type] : undefined;
      const [middle] = activation.inputs;
      const [output] = activation.outputs;
      if (clamp === undefined || typeof middle !== 'number' || typeof output !== 'number') return;
      const at = producerOf.get(middle) ?? -1;
      const before = subgraph.operators[at];
      if (before === undefined || !canClamp(before) || callers.has(middle) || readersOf.get(middle)?.length !== 1)
        return;
      if (!isSameTensor(subgraph, middle, output)) return;
      const name = tensorAt(subgraph, output).name;
      const value = { kind: 'string', value: clamp } as const;
      fused.set(at, {
        ...before,
        name,
        outputs: [output],
        attributes: { ...before.attributes, fused_activation_function: value },
      });
      gone.add(index);
    });
    if (gone.size === 0) return subgraph;
    const operators = subgraph.operators
      .map((operator, index) => fused.get(index) ?? operator)
      .filter((_, index) => !gone.has(index));
    return { ...subgraph, operators };
  });
}

function canClamp(operator: Operator): boolean {
  return (
    operator.domain === '' &&
    clamping.has(operator.type) &&
    stringAttribute(operator, 'fused_activation_function', 'NONE') === 'NONE'
  );
}

function isSameTensor(graph: Graph, middle: TensorId, output: TensorId): boolean {
  const [a, b] = [tensorAt(graph, middle), tensorAt(graph, output)];
  const isKnown = a.dtype === 'float32' || a.quantization?.scale.length === 1;
  return isKnown && meansTheSame(a, b) && hasSameShape(a, b);
}
