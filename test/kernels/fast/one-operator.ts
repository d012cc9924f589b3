import fc from 'fast-check';
import type { DataType } from '../../../src/graph/data-type.ts';
import type { Quantization, Tensor } from '../../../src/graph/graph.ts';
import type { FastMemory } from '../../../src/kernels/fast/memory.ts';
import { prepareFast } from '../../../src/kernels/fast/registry.ts';
import type { Node } from '../../../src/kernels/kernel.ts';
import { kernelOf } from '../../../src/kernels/registry.ts';
import type { TypedArray, Value } from '../../../src/kernels/values.ts';
import { makeValue } from '../../../src/kernels/values.ts';
import { operator } from '../../support/tensor-graphs.ts';

/** An operator with random content: constants are part of its tensors, the computed inputs start with `images`. */
export interface Case {
  readonly type: string;
  readonly attributes: Readonly<Record<string, number | string>>;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly output: Tensor;
  /** The content of each computed input. */
  readonly images: readonly TypedArray[];
}

/** The output of the plain and of the fast kernel; `fast` is `undefined` where there is none. */
export function bothResults(given: Case, memory: FastMemory): { plain: TypedArray; fast: TypedArray | undefined } {
  const node = nodeOf(given);
  const computed = node.inputs.filter((value) => value?.constant === false);
  for (const [index, value] of computed.entries()) (value as Value).values.set(given.images[index] as never);
  const result = (node.outputs[0] as Value).values as Int8Array;
  const prepared = kernelOf(node.operator)?.(node);
  const fastKernel = prepareFast(node, memory);
  prepared?.();
  const plain = result.slice();
  if (fastKernel === undefined) return { plain, fast: undefined };
  result.fill(99);
  fastKernel();
  return { plain, fast: result.slice() };
}

function nodeOf(given: Case): Node {
  const unused = () => {
    throw new Error('not part of this test');
  };
  return {
    operator: operator(
      given.type,
      given.inputs.map((_, index) => index),
      [given.inputs.length],
      given.attributes,
    ),
    where: 'operator 0',
    inputs: given.inputs.map((tensor) => (tensor === undefined ? undefined : makeValue(tensor))),
    outputs: [makeValue(given.output)],
    intermediates: [],
    subgraph: unused,
    resources: { idOf: unused, get: unused, set: unused },
    onReset: unused,
  };
}

/** Numbers from a seed: fast, and the same on every machine. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function randomInt8(count: number, next: () => number): Int8Array {
  // Extremes are as frequent as everything else together: sums get large.
  return Int8Array.from({ length: count }, () => {
    const choice = next();
    return choice < 0.25 ? -128 : choice < 0.5 ? 127 : Math.floor(next() * 256) - 128;
  });
}

export function randomInt16(count: number, next: () => number): Int16Array {
  return Int16Array.from({ length: count }, () => {
    const choice = next();
    return choice < 0.25 ? -32768 : choice < 0.5 ? 32767 : Math.floor(next() * 65536) - 32768;
  });
}

/** As `randomBias`, of which some need more than 32 bits when `large`. */
export function randomWideBias(count: number, large: boolean, next: () => number): BigInt64Array {
  return BigInt64Array.from({ length: count }, () =>
    BigInt(Math.floor((next() - 0.5) * (large ? 2 ** 44 : 2 ** (4 + 26 * next())))),
  );
}

/** Floats of many magnitudes: each addition rounds, some results are denormal, some overflow. */
export function randomFloats(count: number, next: () => number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    const choice = next();
    if (choice < 0.05) return 0;
    const exponent = choice < 0.1 ? -70 : choice < 0.15 ? 62 : 8 * (next() - 0.5);
    return (next() - 0.5) * 2 ** exponent;
  });
}

/** Biases of which some are near the ends of 32 bits when `large`. */
export function randomBias(count: number, large: boolean, next: () => number): Int32Array {
  return Int32Array.from({ length: count }, () => {
    const magnitude = large ? 2 ** 32 : 2 ** (4 + 14 * next());
    return Math.floor((next() - 0.5) * magnitude);
  });
}

/** Scales of which products over output scales spread over `2^-12 … 2^(most)`; some are powers of two, whose quotients lie half-way often. */
export function randomScales(count: number, most: number, next: () => number): number[] {
  return Array.from({ length: count }, () => {
    const exponent = most - next() * (12 + most);
    return 2 ** (next() < 0.3 ? Math.round(exponent) : exponent);
  });
}

export function quantized(scale: readonly number[], zeroPoint: number): Quantization {
  return { scale, zeroPoint: scale.map(() => zeroPoint), axis: 0 };
}

export function tensor(
  name: string,
  shape: readonly number[],
  dtype: DataType,
  quantization?: Quantization,
  content?: Int8Array | Int32Array | BigInt64Array | Float32Array,
): Tensor {
  return {
    name,
    shape,
    dtype,
    ...(quantization === undefined ? {} : { quantization }),
    ...(content === undefined ? {} : { data: new Uint8Array(content.buffer.slice(0) as ArrayBuffer) }),
  };
}

export const zeroPoints = fc.integer({ min: -128, max: 127 });
export const activations = fc.constantFrom('NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1');
