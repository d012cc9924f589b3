import { opsetVersion } from '../formats/onnx/opset.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { rangeOf } from '../passes/activation-range.ts';
import { edit } from '../passes/edit.ts';

/** Names of the extremes of a tensor. */
export const lowestOf = (name: string): string => `${name}/lowest`;
export const highestOf = (name: string): string => `${name}/highest`;

/** One value that stands for a tensor's lowest or highest. */
export interface Extreme {
  readonly id: TensorId;
  readonly name: string;
}

/** Rank of pictures, which ONNX Runtime keeps in blocks of channels from one convolution to the next. */
const pictureRank = 4;

/** An ONNX graph to which operators are appended that look at its tensors; what they give are its only outputs. */
export interface Appended {
  /** The tensors, those that are computed last first; see `appendTo`. */
  readonly lastFirst: (ids: readonly TensorId[]) => readonly TensorId[];
  readonly addInput: (tensor: Tensor) => TensorId;
  readonly addConstant: (tensor: Tensor) => TensorId;
  /** An operator with one result, of that name. */
  readonly add: (
    type: string,
    inputs: readonly TensorId[],
    result: Tensor,
    attributes?: Operator['attributes'],
  ) => TensorId;
  readonly addOutput: (id: TensorId) => void;
  /** `lowestOf` and `highestOf` of a tensor, each one value in the tensor's rank; what is never below 0 has no `lowestOf`. */
  readonly addExtremes: (id: TensorId) => readonly Extreme[];
  readonly finish: () => Graph;
}

/**
 * Starts appending. ONNX Runtime orders its work by depth from the operators that nobody reads, beginning at the last of them. What is appended should therefore go from the last tensor to the
 * first: each is then looked at right after it was computed, while it is in the processor's caches, and its memory serves the next. (MobileNetV2, 224 × 224, ONNX Runtime 1.30.0,
 * extremes: a quarter less time than in the order of the tensors, which keeps all of them to the end.)
 *
 *     Conv ── x ── …     x ── ReduceMin ── x/lowest [1, …, 1]
 *                          ── ReduceMax ── x/highest [1, …, 1]
 *                     or, of pictures, ── GlobalMaxPool ── ReduceMax ── x/highest [1, 1, 1, 1]
 *
 * The pool reads blocks of channels as they are; for a reduction alone they would be rearranged.
 */
export function appendTo(graph: Graph): Appended {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [...graph.operators];
  const inputs: TensorId[] = [...graph.inputs];
  const outputs: TensorId[] = [];
  const version = opsetVersion(graph, '') ?? 1;
  const reading = edit(graph);
  const placeOf = (id: TensorId): number => reading.producer(id)?.[0] ?? -1;
  const add = (
    type: string,
    read: readonly TensorId[],
    result: Tensor,
    attributes: Operator['attributes'] = {},
  ): TensorId => {
    const output = tensors.push(result) - 1;
    operators.push({ name: result.name, type, domain: '', version, inputs: read, outputs: [output], attributes });
    return output;
  };
  // Without axes all of them are reduced, in every version of the operators.
  const reduce = (id: TensorId, type: string, name: string, shape: Tensor['shape']): Extreme => ({
    id: add(type, [id], { name, dtype: 'float32', shape: shape?.map(() => 1) }),
    name,
  });
  return {
    lastFirst: (ids) => [...ids].sort((one, other) => placeOf(other) - placeOf(one)),
    addInput: (tensor) => {
      const id = tensors.push(tensor) - 1;
      inputs.push(id);
      return id;
    },
    addConstant: (tensor) => tensors.push(tensor) - 1,
    add,
    addOutput: (id) => {
      const tensor = tensors[id];
      if (tensor?.dtype === 'unknown') tensors[id] = { ...tensor, dtype: 'float32' };
      outputs.push(id);
    },
    addExtremes: (id) => {
      const { name, shape } = tensorAt(graph, id);
      const [, producer] = reading.producer(id) ?? [];
      const least = producer === undefined ? undefined : rangeOf(reading, producer)?.min;
      const isPicture = shape?.length === pictureRank;
      const pooled = { name: `${name}/pooled`, dtype: 'float32', shape: undefined } as const;
      return [
        ...(least === undefined || least < 0 ? [reduce(id, 'ReduceMin', lowestOf(name), shape)] : []),
        reduce(isPicture ? add('GlobalMaxPool', [id], pooled) : id, 'ReduceMax', highestOf(name), shape),
      ];
    },
    // ONNX Runtime runs nothing that gives nothing: where no more than inputs are watched.
    finish: () => ({ ...graph, tensors, operators, inputs, outputs: outputs.length > 0 ? outputs : graph.outputs }),
  };
}
