import { tensorBytes } from '../../../src/graph/access.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { openInterpreter } from '../../../src/kernels/run-graph.ts';
import { makeValue, type TypedArray } from '../../../src/kernels/values.ts';

/** Random inputs of a graph, the same for the same seed: any integer of the type, reals within ±1. */
function randomInputs(graph: Graph, seed: number): readonly TypedArray[] {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return graph.inputs.map((id) => {
    const tensor = graph.tensors[id];
    const values = tensor === undefined ? undefined : makeValue(tensor)?.values;
    if (tensor === undefined || values === undefined) throw new Error(`input ${id} has no fixed shape`);
    if (values instanceof Float32Array) return values.map(() => (next() >>> 20) / 2048 - 1);
    const bytes = Uint8Array.from({ length: tensorBytes(tensor) ?? 0 }, () => next() >>> 24);
    return new (values.constructor as new (buffer: ArrayBuffer) => TypedArray)(bytes.buffer);
  });
}

/** Elements of all outputs that two graphs compute differently from the same `runs` random inputs, compared bit by bit. */
export function differences(one: Graph, other: Graph, runs: number, seed = 1): number {
  const [a, b] = [openInterpreter(one), openInterpreter(other)];
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const inputs = randomInputs(one, seed + run);
    const outputs = b.run(inputs);
    a.run(inputs).forEach((values, position) => {
      const others = outputs[position];
      values.forEach((value: number | bigint, index: number) => {
        if (!Object.is(value, others?.[index])) count++;
      });
    });
  }
  return count;
}
