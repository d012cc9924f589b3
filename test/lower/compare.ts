import type { Graph, Tensor } from '../../src/graph/graph.ts';
import type { TypedArray } from '../../src/kernels/values.ts';
import { onnxPlaces } from '../../src/lower/arrangement.ts';
import { ofAxes } from '../../src/lower/axes.ts';
import type { Layout } from '../../src/lower/lower.ts';
import { noise } from '../support/onnx-graphs.ts';

/** Random content for a graph's inputs, as ONNX Runtime takes it: floats in −1 … 1, small whole numbers for integers. */
export function randomInputs(graph: Graph, seed: number): readonly TypedArray[] {
  return graph.inputs.map((id, index) => {
    const tensor = graph.tensors[id];
    const shape = (tensor?.shape ?? []) as readonly number[];
    const numbers = noise(
      shape.reduce((product, extent) => product * extent, 1),
      seed + index,
    );
    const whole = (size: number) => Array.from(numbers, (value) => Math.floor(Math.abs(value) * size));
    switch (tensor?.dtype) {
      case 'int64':
        return BigInt64Array.from(whole(4), BigInt);
      case 'int32':
        return Int32Array.from(whole(4));
      case 'uint8':
        return Uint8Array.from(whole(256));
      case 'int8':
        return Int8Array.from(whole(128));
      case 'bool':
        return Uint8Array.from(whole(2));
      default:
        return numbers;
    }
  });
}

/** An ONNX input as the lowered graph takes it. */
export function toTfliteLayout(values: TypedArray, tensor: Tensor | undefined, layout: Layout | undefined): TypedArray {
  const places = onnxPlaces(ofAxes((tensor?.shape ?? []) as readonly number[], layout?.axes ?? []));
  if (values instanceof BigInt64Array) return Int32Array.from(places, (place) => Number(values[place]));
  const numbers = values as Float32Array;
  const result = numbers.slice();
  places.forEach((place, index) => {
    result[index] = numbers[place] as number;
  });
  return result;
}

/** An output of the lowered graph in ONNX's order. */
export function toOnnxLayout(
  values: ArrayLike<number | bigint>,
  tensor: Tensor | undefined,
  layout: Layout | undefined,
): readonly number[] {
  const result = new Array<number>(values.length);
  const places = onnxPlaces(ofAxes((tensor?.shape ?? []) as readonly number[], layout?.axes ?? []));
  places.forEach((place, index) => {
    result[place] = Number(values[index]);
  });
  return result;
}

/** The largest difference relative to the largest magnitude that is expected; infinite where lengths differ or something is no number. */
export function relativeDifference(expected: ArrayLike<number | bigint>, actual: ArrayLike<number>): number {
  if (expected.length !== actual.length) return Number.POSITIVE_INFINITY;
  let [magnitude, difference] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [Number(expected[index]), actual[index] as number];
    if (Number.isNaN(a) !== Number.isNaN(b)) return Number.POSITIVE_INFINITY;
    if (Number.isFinite(a)) magnitude = Math.max(magnitude, Math.abs(a));
    if (a !== b && !Number.isNaN(a)) difference = Math.max(difference, Math.abs(a - b));
  }
  return difference / (magnitude || 1);
}
