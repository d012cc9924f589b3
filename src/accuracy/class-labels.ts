import type { DataSet } from '../data/data-set.ts';
import { UserError } from '../errors.ts';

/**
 * The class of every sample. A row of several numbers is one-hot: the place of its highest.
 * @throws UserError when the data set has no labels, or labels that are no classes.
 */
export function classLabels(data: DataSet): Int32Array {
  const { labels, path } = data;
  if (labels === undefined) {
    throw new UserError(`${path} has no labels; add an array y of class indices, or put pictures into class folders.`);
  }
  if (labels.width > 1)
    return Int32Array.from({ length: data.count }, (_, sample) =>
      highest(labels.values, sample * labels.width, labels.width),
    );
  if (!labels.areIntegers || labels.values.some((label) => label < 0)) {
    throw new UserError(`${path}: labels must be class indices 0, 1, 2 …`);
  }
  return Int32Array.from(labels.values);
}

function highest(values: Float64Array, start: number, width: number): number {
  let best = 0;
  for (let index = 1; index < width; index += 1) {
    if ((values[start + index] ?? 0) > (values[start + best] ?? 0)) best = index;
  }
  return best;
}
