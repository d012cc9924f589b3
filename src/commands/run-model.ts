import type { ModelInput } from '../data/bind-inputs.ts';
import { castTo } from '../data/cast.ts';
import type { DataArray, NumberArray } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { UserError } from '../errors.ts';
import { openInterpreter } from '../kernels/run-graph.ts';
import type { Value } from '../kernels/values.ts';
import type { Model } from '../optimize/model.ts';
import { unpackWeights } from '../passes/tflite/unpack-weights.ts';

/** Arrays by name, in order. */
export type Arrays = Readonly<Record<string, DataArray>>;

/**
 * Runs a model once, or with `steps` once for every index of the arrays' first axis, its state going on from step to step.
 * Arrays belong to inputs by the tensor's name, or as `arr_0`, `arr_1` … by position, and `x`, as data sets call it, to the only one. An array of an input's own type is taken as it is; real numbers for an integer input are quantised.
 * Gives every output by its tensor's name in the graph's order (`arr_N` where names are empty or repeat), as the kernels of TensorFlow Lite Micro compute it; with `steps`, stacked along a new first axis.
 * @throws UserError when arrays are missing or do not fit, or the model does not run
 */
export function runTflite(model: Model, arrays: Arrays, steps: boolean): Arrays {
  const interpreter = openInterpreter(unpackWeights(model.graph));
  const inputs = modelInputs(model.graph).map((input, position) => {
    const shape = interpreter.inputs[position]?.shape ?? [];
    return { input, shape, array: arrayFor(arrays, input, position, interpreter.inputs.length === 1) };
  });
  const count = steps ? stepsOf(inputs) : 1;
  const collected = interpreter.outputs.map((): NumberArray[] => []);
  for (let step = 0; step < count; step += 1) {
    const given = inputs.map(({ input, shape, array }) => elementsAt(array, input, shape, steps ? step : undefined));
    for (const [position, output] of interpreter.run(given).entries()) collected[position]?.push(output);
  }
  return Object.fromEntries(
    interpreter.outputs.map((value, position) => {
      const shape = steps ? [count, ...value.shape] : value.shape;
      const array: DataArray = { dtype: value.dtype, shape, data: concatenated(collected[position] ?? []) };
      return [outputName(interpreter.outputs, position), array];
    }),
  );
}

interface Given {
  readonly input: ModelInput;
  readonly shape: readonly number[];
  readonly array: DataArray;
}

function arrayFor(arrays: Arrays, { name }: ModelInput, position: number, isOnly: boolean): DataArray {
  const found = [name, `arr_${position}`, ...(isOnly ? ['x'] : [])].find((key) => Object.hasOwn(arrays, key));
  const array = found === undefined ? undefined : arrays[found];
  if (array !== undefined) return array;
  throw new UserError(
    `The input file has no array "${name}" or "arr_${position}" for the model's input ${position}; it has ${Object.keys(arrays).join(', ')}.`,
  );
}

function stepsOf(inputs: readonly Given[]): number {
  const counts = [...new Set(inputs.map(({ array }) => array.shape[0] ?? 0))];
  if (counts.length > 1) {
    throw new UserError(`The arrays have different numbers of steps along their first axis: ${counts.join(', ')}.`);
  }
  return counts[0] ?? 0;
}

function elementsAt(
  array: DataArray,
  input: ModelInput,
  shape: readonly number[],
  step: number | undefined,
): NumberArray {
  const own = step === undefined ? array.shape : array.shape.slice(1);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const withoutOnes = (extents: readonly number[]) => extents.filter((extent) => extent !== 1).join();
  if (withoutOnes(own) !== withoutOnes(shape)) {
    const hint = step === undefined ? '; for several inferences in a row, add an axis in front and use --steps' : '';
    throw new UserError(
      `The array for input "${input.name}" has shape [${own.join(', ')}] where the model takes [${shape.join(', ')}]${hint}.`,
    );
  }
  const data = step === undefined ? array.data : array.data.subarray(step * elements, (step + 1) * elements);
  if (array.dtype === input.dtype) return data;
  const isReal = array.dtype === 'float32' || array.dtype === 'float64';
  if (isReal || input.dtype === 'float32') return castTo(data, input.dtype, isReal ? input.quantization : undefined);
  throw new UserError(
    `The array for input "${input.name}" holds ${array.dtype} where the model takes ${input.dtype}; give ${input.dtype}, or real numbers.`,
  );
}

function concatenated(parts: readonly NumberArray[]): NumberArray {
  const [first] = parts;
  if (first === undefined) return new Float32Array(0);
  const all = new (first.constructor as new (length: number) => NumberArray)(first.length * parts.length);
  for (const [index, part] of parts.entries()) (all as Float32Array).set(part as Float32Array, index * first.length);
  return all;
}

function outputName(outputs: readonly Value[], position: number): string {
  const name = outputs[position]?.name ?? '';
  const isUnique = name !== '' && outputs.filter((other) => other.name === name).length === 1;
  return isUnique ? name : `arr_${position}`;
}
