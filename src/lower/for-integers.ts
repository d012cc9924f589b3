import type { Graph, Operator } from '../graph/graph.ts';

/**
 * The ONNX graph with error functions, and GELUs that are made of them, by way of tanh (Hendrycks and Gimpel 2016, section 2; within 5e-4): a graph that is about to become integers.
 * The 15 operators that come within 1.5e-7 need more than 8 bits in between. `Erf` has no such attribute in ONNX: this graph is only lowered.
 */
export function forIntegers(graph: Graph): Graph {
  return { ...graph, operators: graph.operators.map((operator) => (isExact(operator) ? byTanh(operator) : operator)) };
}

const isExact = ({ domain, type }: Operator): boolean =>
  type === 'Erf' || (type === 'Gelu' && (domain === '' || domain === 'ai.onnx' || domain === 'com.microsoft'));

const byTanh = (operator: Operator): Operator => ({
  ...operator,
  attributes: { ...operator.attributes, approximate: { kind: 'string', value: 'tanh' } },
});
