import { inputTensor, isConstant, outputTensor, stringAttribute } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { producers } from '../../graph/traversal.ts';
import { hasSameShape, meansTheSame } from './alike.ts';
import { bypass } from './bypass.ts';
import { integersOf } from './integers.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/**
 * Removes operators that give what they are given.
 *
 *     RESHAPE to the shape that it has      ┐
 *     TRANSPOSE to the order that it has    │
 *     PAD, SLICE of nothing                 ├→   (nothing)
 *     CONCATENATION of one                  │
 *     QUANTIZE to the same scale            │
 *     DEQUANTIZE → QUANTIZE as it was       ┘
 */
export function removeIdentities(graph: Graph): Graph {
  return rewriteSubgraphs(graph, (subgraph, callers) => {
    let current = subgraph;
    let removed = 0;
    let producerOf: ReadonlyMap<TensorId, number> | undefined;
    const producer = (id: TensorId) => {
      producerOf ??= producers(current);
      return current.operators[producerOf.get(id) ?? -1];
    };
    // From the last to the first: what is removed moves no operator that is still to be looked at.
    for (let index = subgraph.operators.length - 1; index >= 0 && removed < removedLimit; index--) {
      const operator = current.operators[index];
      const [output] = operator?.outputs ?? [];
      if (operator === undefined || typeof output !== 'number') continue;
      const same = unchangedInput(current, operator, producer);
      const smaller = same === undefined ? current : bypass(current, index, same, output, callers);
      if (smaller === current) continue;
      current = smaller;
      producerOf = undefined;
      removed++;
    }
    return current;
  });
}

/** The operator that writes a tensor. */
type Producer = (id: TensorId) => Operator | undefined;

/** Operators that are removed in a round; each costs a walk through the graph. */
const removedLimit = 1_000;

/** Operators that copy their first input, whatever their options, when the shape stays. */
const copies = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS', 'SLICE', 'STRIDED_SLICE', 'PAD', 'PADV2', 'BROADCAST_TO']);

/** The tensor whose bytes an operator's only output has. */
function unchangedInput(graph: Graph, operator: Operator, producer: Producer): TensorId | undefined {
  const [input] = operator.inputs;
  const [source, result] = [inputTensor(graph, operator, 0), outputTensor(graph, operator)];
  if (operator.domain !== '' || operator.outputs.length !== 1 || typeof input !== 'number') return undefined;
  if (source === undefined || result === undefined || isConstant(source)) return undefined;
  if (operator.type === 'QUANTIZE' && source.dtype === 'float32') return dequantized(graph, producer(input), operator);
  if (!meansTheSame(source, result) || !hasSameShape(source, result)) return undefined;
  switch (operator.type) {
    case 'QUANTIZE':
    case 'CAST':
      return input;
    case 'STRIDED_SLICE':
      // Backwards it keeps the shape and turns the order around.
      return integersOf(graph, operator, 3)?.every((stride) => stride > 0) === true ? input : undefined;
    case 'TRANSPOSE':
      return integersOf(graph, operator, 1)?.every((axis, at) => axis === at) === true ? input : undefined;
    case 'CONCATENATION':
      return operator.inputs.length === 1 && stringAttribute(operator, 'fused_activation_function', 'NONE') === 'NONE'
        ? input
        : undefined;
    default:
      return copies.has(operator.type) ? input : undefined;
  }
}

/** What was made real by the operator before and is now made the same integers again. */
function dequantized(graph: Graph, before: Operator | undefined, quantize: Operator): TensorId | undefined {
  const [integers] = before?.inputs ?? [];
  if (before?.type !== 'DEQUANTIZE' || before.domain !== '' || typeof integers !== 'number') return undefined;
  const [source, result] = [graph.tensors[integers], outputTensor(graph, quantize)];
  if (source === undefined || result === undefined || isConstant(source) || source.variable === true) return undefined;
  return meansTheSame(source, result) && hasSameShape(source, result) ? integers : undefined;
}
