import { opsetVersion } from '../formats/onnx/opset.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';

/** Names of the outputs that `withExtents` adds for a tensor. */
export const lowestOf = (name: string): string => `${name}/lowest`;
export const highestOf = (name: string): string => `${name}/highest`;

/**
 * An ONNX graph whose outputs are the extremes of tensors instead of the tensors themselves, so that these never leave ONNX Runtime:
 *
 *     Conv ── x ── Relu ── …          x ── ReduceMin ── x/lowest []
 *                                       ── ReduceMax ── x/highest []
 */
export function withExtents(graph: Graph, watched: readonly TensorId[]): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [...graph.operators];
  const outputs: TensorId[] = [];
  const version = opsetVersion(graph, '') ?? 1;
  const reduce = (id: TensorId, type: string, name: string): void => {
    const output = tensors.push({ name, dtype: 'float32', shape: [] }) - 1;
    // Without axes all of them are reduced, in every version of the operators.
    const attributes = { keepdims: { kind: 'int', value: 0 } } as const;
    operators.push({ name, type, domain: '', version, inputs: [id], outputs: [output], attributes });
    outputs.push(output);
  };
  for (const id of watched) {
    const { name } = tensorAt(graph, id);
    reduce(id, 'ReduceMin', lowestOf(name));
    reduce(id, 'ReduceMax', highestOf(name));
  }
  return { ...graph, tensors, operators, outputs };
}
