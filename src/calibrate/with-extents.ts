import { opsetVersion } from '../formats/onnx/opset.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { rangeOf } from '../passes/activation-range.ts';
import { edit } from '../passes/edit.ts';

/** Names of the outputs that `withExtents` adds for a tensor. */
export const lowestOf = (name: string): string => `${name}/lowest`;
export const highestOf = (name: string): string => `${name}/highest`;

/** Rank of pictures, which ONNX Runtime keeps in blocks of channels from one convolution to the next. */
const pictureRank = 4;

/**
 * An ONNX graph whose outputs are the extremes of tensors instead of the tensors themselves, so that these never leave ONNX Runtime:
 *
 *     Conv ── x ── …          x ── ReduceMin ── x/lowest []
 *                               ── GlobalMaxPool ── [N, C, 1, 1] ── ReduceMax ── x/highest []
 *
 * The pool reads pictures as they lie there, in blocks of channels; a reduction alone would have them rearranged first. Ranges hold 0, so the lowest value of what is
 * never below 0 (Relu, Clip from 0) is not looked for: of MobileNetV2 what remains is an eighth of the values.
 */
export function withExtents(graph: Graph, watched: readonly TensorId[]): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [...graph.operators];
  const outputs: TensorId[] = [];
  const version = opsetVersion(graph, '') ?? 1;
  const add = (id: TensorId, type: string, name: string, attributes: Operator['attributes']): TensorId => {
    const output = tensors.push({ name, dtype: 'float32', shape: undefined }) - 1;
    operators.push({ name, type, domain: '', version, inputs: [id], outputs: [output], attributes });
    return output;
  };
  // Without axes all of them are reduced, in every version of the operators.
  const reduce = (id: TensorId, type: string, name: string): void => {
    const output = add(id, type, name, { keepdims: { kind: 'int', value: 0 } });
    tensors[output] = { name, dtype: 'float32', shape: [] };
    outputs.push(output);
  };
  const rewriting = edit(graph);
  for (const id of watched) {
    const { name, shape } = tensorAt(graph, id);
    const producer = rewriting.producer(id)?.[1];
    const isPositive = producer !== undefined && (rangeOf(rewriting, producer)?.min ?? -1) >= 0;
    if (!isPositive) reduce(id, 'ReduceMin', lowestOf(name));
    const pooled = shape?.length === pictureRank ? add(id, 'GlobalMaxPool', `${name}/pooled`, {}) : id;
    reduce(pooled, 'ReduceMax', highestOf(name));
  }
  return { ...graph, tensors, operators, outputs };
}
