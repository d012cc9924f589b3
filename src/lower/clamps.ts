import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Tensor } from '../graph/graph.ts';

/**
 * Replaces RELU_N1_TO_1 where no operator could take it in: TensorFlow Lite Micro knows it as a fused activation only.
 *
 *     x ─▶ RELU_N1_TO_1 ─▶ y        x ─▶ MAXIMUM -1 ─▶ MINIMUM 1 ─▶ y
 */
export function withoutClampOperator(graph: Graph): Graph {
  if (!graph.operators.some(({ type }) => type === 'RELU_N1_TO_1')) return graph;
  const tensors: Tensor[] = [...graph.tensors];
  const bound = (value: number) => tensors.push(tensorOf(`bound_${value}`, constantOf('float32', [1], [value]))) - 1;
  const [least, most] = [bound(-1), bound(1)];
  const operators = graph.operators.flatMap((operator): Operator[] => {
    const [input = null] = operator.inputs;
    const [output = null] = operator.outputs;
    if (operator.type !== 'RELU_N1_TO_1' || output === null) return [operator];
    const between = tensors.push({ ...(tensors[output] as Tensor) }) - 1;
    return [
      { ...operator, type: 'MAXIMUM', inputs: [input, least], outputs: [between] },
      { ...operator, type: 'MINIMUM', inputs: [between, most] },
    ];
  });
  return { ...graph, tensors, operators };
}
