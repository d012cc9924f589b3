import type { Graph, Operator, Quantization, TensorId } from '../graph/graph.ts';
import { producers } from '../graph/traversal.ts';

/** The int8 tensor that an operator makes real numbers of; `undefined` for operators other than such a DEQUANTIZE. */
export function integersBehind(graph: Graph, operator: Operator | undefined): TensorId | undefined {
  const [source = null] = operator?.inputs ?? [];
  const isInteger = operator?.type === 'DEQUANTIZE' && source !== null && graph.tensors[source]?.dtype === 'int8';
  return isInteger ? source : undefined;
}

/** True when integers stand for the same numbers. */
export function isSameScale(a: Quantization | undefined, b: Quantization | undefined): boolean {
  return a?.scale[0] === b?.scale[0] && a?.zeroPoint[0] === b?.zeroPoint[0];
}

/**
 * Leaves out the way through real numbers between integers.
 *
 *     x int8 ─▶ DEQUANTIZE ─▶ QUANTIZE ─▶ y int8      x ─▶ QUANTIZE ─▶ y, or x itself where the scales are the same
 */
export function withoutRoundTrips(graph: Graph): Graph {
  const producerOf = producers(graph);
  const outputs = new Set(graph.outputs);
  const same = new Map<TensorId, TensorId>();
  const follow = (id: TensorId | null): TensorId | null => {
    let source = id;
    while (source !== null && same.has(source)) source = same.get(source) ?? null;
    return source;
  };
  let isChanged = false;
  const operators = graph.operators.flatMap((operator): readonly Operator[] => {
    const kept = { ...operator, inputs: operator.inputs.map(follow) };
    const [input = null] = operator.inputs;
    const [output = null] = operator.outputs;
    const source = integersBehind(graph, graph.operators[producerOf.get(input ?? -1) ?? -1]);
    const target = graph.tensors[output ?? -1];
    if (operator.type !== 'QUANTIZE' || source === undefined || output === null || target?.dtype !== 'int8')
      return [kept];
    isChanged = true;
    if (!isSameScale(graph.tensors[source]?.quantization, target.quantization) || outputs.has(output)) {
      return [{ ...operator, inputs: [follow(source)] }];
    }
    same.set(output, source);
    return [];
  });
  return isChanged ? { ...graph, operators } : graph;
}
