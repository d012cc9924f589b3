import type { DataType } from '../../../../src/graph/data-type.ts';
import type { Graph, Shape, Tensor } from '../../../../src/graph/graph.ts';
import { unsupported } from '../../../../src/runtimes/tflm/support/unsupported.ts';
import { computed, graphOf, operator } from '../../../support/tensor-graphs.ts';

/** A tensor that is computed, with one scale and zero point where they are given. */
export function data(dtype: DataType, shape: Shape, scale?: number, zeroPoint = 0): Tensor {
  const tensor = computed('', shape, dtype);
  return scale === undefined
    ? tensor
    : { ...tensor, quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}

/** Constant int32 numbers, a vector unless a shape is given. */
export function ints(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { ...computed('', shape, 'int32'), data: new Uint8Array(Int32Array.from(values).buffer) };
}

/** Constant weights of zeros, with these scales along an axis. */
export function weights(dtype: DataType, shape: readonly number[], scale: readonly number[], axis = 0): Tensor {
  return {
    ...computed('', shape, dtype),
    data: new Uint8Array(shape.reduce((product, extent) => product * extent, 4)),
    ...(scale.length === 0 ? {} : { quantization: { scale, zeroPoint: scale.map(() => 0), axis } }),
  };
}

/** A graph of one operator. `null` is an input that is left out. */
export function one(
  type: string,
  inputs: readonly (Tensor | null)[],
  outputs: readonly Tensor[],
  attributes: Parameters<typeof operator>[3] = {},
): Graph {
  const given = inputs.filter((tensor) => tensor !== null);
  const tensors = [...given, ...outputs];
  const ids = inputs.map((tensor) => (tensor === null ? null : tensors.indexOf(tensor)));
  const results = outputs.map((_, index) => given.length + index);
  return graphOf('tflite', tensors, [{ ...operator(type, ids, results, attributes), name: 'it' }], [], results);
}

/** What an operator's refusal says between its type and its end; `undefined` where it runs. */
export function refusalOf(graph: Graph): string | undefined {
  const [finding, ...others] = unsupported(graph);
  if (finding === undefined) return undefined;
  const type = graph.operators[0]?.type ?? '';
  if (others.length > 0 || finding.where !== `operator 0 ${type} "it"`) return JSON.stringify([finding, ...others]);
  return finding.message.replace(`${type} `, '').replace(' in TensorFlow Lite Micro; here ', ' | ').replace(/\.$/, '');
}

/** What is tried, the graph, and its refusal; without one it runs. */
export type Case = readonly [name: string, graph: Graph, refusal?: string];

/** Cases as `test.each` takes them. */
export function eachOf(cases: readonly Case[]) {
  return cases.map(([name, graph, refusal]) => ({ name, graph, refusal }));
}
