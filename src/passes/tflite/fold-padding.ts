import { concreteShape, elementCount, inputTensor, stringAttribute, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { consumers, producers } from '../../graph/traversal.ts';
import { makeValue } from '../../kernels/values.ts';
import { meansTheSame } from './alike.ts';
import { integersOf } from './integers.ts';
import { samePadding, windowAxes } from './padding.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/**
 * Lets a convolution pad its input itself where it would add the same zeros.
 *
 *     x → PAD → CONV_2D, padding VALID → y    →    x → CONV_2D, padding SAME → y
 *
 * Saves the padded copy. Depthwise convolutions likewise; the `PAD` is left without a reader (`removeDeadOperators`).
 */
export function foldPadding(graph: Graph): Graph {
  return rewriteSubgraphs(graph, (subgraph, callers) => {
    const producerOf = producers(subgraph);
    const readersOf = consumers(subgraph);
    let isChanged = false;
    const operators = subgraph.operators.map((operator) => {
      const [padded] = operator.inputs;
      if (typeof padded !== 'number' || callers.has(padded) || readersOf.get(padded)?.length !== 1) return operator;
      const pad = subgraph.operators[producerOf.get(padded) ?? -1];
      if (pad === undefined || !convolves(operator)) return operator;
      const source = paddedSource(subgraph, pad, operator);
      if (source === undefined) return operator;
      isChanged = true;
      const padding = { kind: 'string', value: 'SAME' } as const;
      return {
        ...operator,
        inputs: [source, ...operator.inputs.slice(1)],
        attributes: { ...operator.attributes, padding },
      };
    });
    return isChanged ? { ...subgraph, operators } : subgraph;
  });
}

const convolves = ({ type, domain }: Operator) => domain === '' && (type === 'CONV_2D' || type === 'DEPTHWISE_CONV_2D');

/** What the convolution can read in place of the padded tensor; `undefined` where its own padding would differ. */
function paddedSource(graph: Graph, pad: Operator, operator: Operator): TensorId | undefined {
  const [source] = pad.inputs;
  if (pad.domain !== '' || (pad.type !== 'PAD' && pad.type !== 'PADV2') || typeof source !== 'number') return undefined;
  const from = tensorAt(graph, source);
  const to = tensorAt(graph, pad.outputs[0] ?? -1);
  const amounts = integersOf(graph, pad, 1);
  const axes = windowAxes(graph, operator);
  const shape = concreteShape(from.shape);
  if (amounts?.length !== 8 || axes === undefined || shape?.length !== 4) return undefined;
  if (from.variable === true || !meansTheSame(from, to) || !padsWithZero(graph, pad)) return undefined;
  const isOutside = [0, 1, 6, 7].some((position) => amounts[position] !== 0);
  const isPaddedTwice =
    stringAttribute(operator, 'padding', 'SAME') === 'SAME' && axes.some((axis) => samePadding(axis) > 0);
  if (isOutside || isPaddedTwice) return undefined;
  const agrees = axes.every((axis, index) => {
    const input = shape[index + 1] ?? 0;
    // More behind than a window reaches makes no difference.
    const isAsLong = Math.ceil(input / axis.stride) === axis.output;
    return isAsLong && Math.floor(samePadding({ ...axis, input }) / 2) === amounts[2 * (index + 1)];
  });
  return agrees ? source : undefined;
}

/** `PAD` fills with what stands for 0; `PADV2` with a constant of the caller's. */
function padsWithZero(graph: Graph, pad: Operator): boolean {
  if (pad.inputs.length < 3 || pad.inputs[2] === null) return true;
  const value = inputTensor(graph, pad, 2);
  if (value?.data === undefined || elementCount(value) !== 1) return false;
  const output = tensorAt(graph, pad.outputs[0] ?? -1);
  return (
    value.dtype === output.dtype && Number(makeValue(value)?.values[0]) === (output.quantization?.zeroPoint[0] ?? 0)
  );
}
