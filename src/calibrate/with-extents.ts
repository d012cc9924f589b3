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
 *     Conv ── x ── …     x ── ReduceMin ── x/lowest []
 *                          ── ReduceMax ── x/highest []
 *                     or, of pictures, ── GlobalMaxPool ── ReduceMax ── x/highest []
 *
 * The pool reads blocks of channels as they are; for a reduction alone they would be rearranged. What is never below 0 has no `lowest`.
 *
 * ONNX Runtime orders its work by depth from the operators that nobody reads, beginning at the last of them. These are therefore written last tensor first: each tensor is reduced
 * right after it was computed, while it is in the processor's caches, and its memory serves the next. (MobileNetV2, 224 × 224, ONNX Runtime 1.30.0: a quarter less time than in
 * the order of the tensors, which keeps all of them to the end.)
 */
export function withExtents(graph: Graph, watched: readonly TensorId[]): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [...graph.operators];
  const outputs: TensorId[] = [];
  const version = opsetVersion(graph, '') ?? 1;
  const add = (
    id: TensorId,
    type: string,
    name: string,
    shape: Tensor['shape'],
    attributes: Operator['attributes'],
  ): TensorId => {
    const output = tensors.push({ name, dtype: 'float32', shape }) - 1;
    operators.push({ name, type, domain: '', version, inputs: [id], outputs: [output], attributes });
    return output;
  };
  // Without axes all of them are reduced, in every version of the operators.
  const reduce = (id: TensorId, type: string, name: string): void => {
    outputs.push(add(id, type, name, [], { keepdims: { kind: 'int', value: 0 } }));
  };
  const reading = edit(graph);
  const placeOf = (id: TensorId): number => reading.producer(id)?.[0] ?? -1;
  for (const id of [...watched].sort((one, other) => placeOf(other) - placeOf(one))) {
    const { name, shape } = tensorAt(graph, id);
    const [, producer] = reading.producer(id) ?? [];
    const least = producer === undefined ? undefined : rangeOf(reading, producer)?.min;
    if (least === undefined || least < 0) reduce(id, 'ReduceMin', lowestOf(name));
    const isPicture = shape?.length === pictureRank;
    reduce(isPicture ? add(id, 'GlobalMaxPool', `${name}/pooled`, undefined, {}) : id, 'ReduceMax', highestOf(name));
  }
  return { ...graph, tensors, operators, outputs };
}
