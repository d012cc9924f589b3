import { freeArrays } from '../basics/free-arrays.ts';
import { UserError } from '../errors.ts';
import type { ArrayInFile } from './array-in-file.ts';
import type { DataArray, DataSet, Labels, NumberArray, Sample } from './data-set.ts';

/** Names under which labels are found, in this order. */
export const labelNames: readonly string[] = ['y', 'label', 'labels'];

/**
 * A data set of arrays whose first axis counts samples; the array `y` holds the labels.
 * @throws UserError when arrays disagree on the number of samples, or there are none.
 */
export function slicedDataSet(
  path: string,
  sha256: string,
  arrays: Readonly<Record<string, DataArray | ArrayInFile>>,
): DataSet {
  const labelName = labelNames.find((name) => Object.hasOwn(arrays, name));
  const inputs = Object.entries(arrays).filter(([name]) => name !== labelName);
  const [first] = inputs;
  if (first === undefined) throw new UserError(`${path} holds no inputs; put them into an array named x.`);
  const count = first[1].shape[0] ?? 0;
  if (count === 0) throw new UserError(`${path} holds no samples: the first axis of array ${first[0]} counts them.`);
  for (const [name, array] of Object.entries(arrays)) {
    if (array.shape[0] !== count) {
      throw new UserError(
        `${path}: array ${name} has ${array.shape[0] ?? 'no'} samples and array ${first[0]} has ${count}; the first axis of every array counts samples.`,
      );
    }
  }
  const labels = labelName === undefined ? undefined : labelsOf(arrays[labelName], count);
  return {
    path,
    sha256,
    count,
    names: inputs.map(([name]) => name),
    labels,
    sample: async (index): Promise<Sample> =>
      Object.fromEntries(inputs.map(([name, array]) => [name, sliceOf(array, index, count)])),
    release: (sample) =>
      freeArrays(inputs.flatMap(([name, array]) => ('row' in array && sample[name] ? [sample[name].data] : []))),
  };
}

function sliceOf(array: DataArray | ArrayInFile, index: number, count: number): DataArray {
  if (!(index >= 0 && index < count)) throw new RangeError(`no sample ${index} among ${count}`);
  return { dtype: array.dtype, shape: array.shape.slice(1), data: rowOf(array, index, count) };
}

function rowOf(array: DataArray | ArrayInFile, index: number, count: number): NumberArray {
  if ('row' in array) return array.row(index);
  const size = array.data.length / count;
  return array.data.subarray(index * size, (index + 1) * size) as NumberArray;
}

function labelsOf(array: DataArray | ArrayInFile | undefined, count: number): Labels | undefined {
  if (array === undefined) return undefined;
  const width = array.shape.slice(1).reduce((product, extent) => product * extent, 1);
  const values = new Float64Array(count * width);
  for (let index = 0; index < count; index += 1)
    values.set(Float64Array.from(rowOf(array, index, count) as ArrayLike<number | bigint>, Number), index * width);
  return { values, width, areIntegers: values.every(Number.isInteger) };
}
