import { UserError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Dimension, Quantization } from '../graph/graph.ts';
import { castTo } from './cast.ts';
import type { DataArray, NumberArray, Sample } from './data-set.ts';
import { fitImage } from './fit-image.ts';

/** An input as a model declares it. */
export interface ModelInput {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dimension[];
  /** How its integers stand for real values. */
  readonly quantization?: Quantization;
}

/** An input's content, in the model's own shape and type. */
export interface BoundInput {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/**
 * One sample as a model's inputs, batch 1: arrays go to inputs by name, or `x` (or the only array) to the only input; real values are quantised with the input's own parameters.
 * Shapes must agree apart from extents of 1 and from flattening; an array `[height, width, channels]` is transposed for an input `[channels, height, width]` and the reverse;
 * pictures are resized and made grey as needed.
 * What is given may be given again for the same sample: it is not to be written to.
 * @throws UserError that names the data set and both shapes.
 */
export function bindInputs(
  sample: Sample,
  inputs: readonly ModelInput[],
  path: string,
): Readonly<Record<string, BoundInput>> {
  return Object.fromEntries(
    inputs.map((input) => {
      const array = arrayFor(sample, input, inputs, path);
      return [input.name, bind(array, input, path)];
    }),
  );
}

function arrayFor(sample: Sample, input: ModelInput, inputs: readonly ModelInput[], path: string): DataArray {
  const names = Object.keys(sample);
  const only =
    inputs.length === 1 ? (sample.x ?? (names.length === 1 ? sample[names[0] ?? ''] : undefined)) : undefined;
  const array = Object.hasOwn(sample, input.name) ? sample[input.name] : only;
  if (array === undefined) {
    throw new UserError(
      `${path} has no array for the model's input "${input.name}"; it has ${names.join(', ') || 'none'}. Name one array per input.`,
    );
  }
  return array;
}

/** What arrays were last bound as, by the input that asked: a sample that is run again is not arranged and rounded again. */
const bound = new WeakMap<DataArray, Map<string, BoundInput>>();
/** Inputs that an array is remembered for: the float model's, in either layout, and two integer ones. */
const mostRemembered = 4;

function bind(array: DataArray, input: ModelInput, path: string): BoundInput {
  const { dtype, shape, quantization } = input;
  const key = `${dtype} ${shape.join()} ${quantization?.scale[0]} ${quantization?.zeroPoint[0]}`;
  const known = bound.get(array) ?? new Map<string, BoundInput>();
  bound.set(array, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = bindAnew(array, input, path);
  const [oldest] = known.keys();
  if (known.size === mostRemembered && oldest !== undefined) known.delete(oldest);
  known.set(key, made);
  return made;
}

function bindAnew(array: DataArray, input: ModelInput, path: string): BoundInput {
  const fitted = array.isImage === true ? fitToInput(array, input) : array;
  const shape = concreteInput(input.shape, fitted.shape);
  const elements = shape?.reduce((product, extent) => product * extent, 1);
  if (shape === undefined || elements !== fitted.data.length) throw mismatch(array, input, path);
  const data = arrange(fitted, shape);
  if (data === undefined) throw mismatch(array, input, path);
  return { dtype: input.dtype, shape, data: castTo(data, input.dtype, input.quantization) };
}

function mismatch(array: DataArray, input: ModelInput, path: string): UserError {
  return new UserError(
    `${path}: samples of shape [${array.shape.join(', ')}] do not fit the model's input "${input.name}" of shape [${input.shape.join(', ')}].`,
  );
}

/** The input's extents as numbers: a batch of one, other open extents as the sample has them. */
function concreteInput(shape: readonly Dimension[], sample: readonly number[]): readonly number[] | undefined {
  const concrete = shape.map((extent, axis) => {
    if (typeof extent === 'number' && extent > 0) return extent;
    if (axis === 0 && shape.length > sample.length) return 1;
    return sample[axis - (shape.length - sample.length)];
  });
  return concrete.every((extent) => extent !== undefined) ? concrete : undefined;
}

/** The sample's elements in the input's order, or `undefined` when the shapes do not agree. */
function arrange(array: DataArray, shape: readonly number[]): NumberArray | undefined {
  const from = array.shape.filter((extent) => extent !== 1);
  const to = shape.filter((extent) => extent !== 1);
  if (from.length <= 1 || to.length <= 1 || same(from, to)) return array.data;
  const [a = 0, b = 0, c = 0] = from;
  if (from.length !== 3 || to.length !== 3) return undefined;
  if (same([c, a, b], to)) return transposeMatrix(array.data, a * b, c);
  return same([b, c, a], to) ? transposeMatrix(array.data, a, b * c) : undefined;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

function transposeMatrix(data: NumberArray, rows: number, columns: number): NumberArray {
  const result = data.slice() as NumberArray;
  for (let column = 0, at = 0; column < columns; column += 1) {
    for (let from = column; at < (column + 1) * rows; from += columns, at += 1) result[at] = data[from] as never;
  }
  return result;
}

/** Reads height, width and channels off an input of three extents behind the batch, channels first or last. */
function fitToInput(image: DataArray, input: ModelInput): DataArray {
  const extents = input.shape.length === 4 ? input.shape.slice(1) : input.shape;
  const [first, second, third] = extents;
  const number = (extent: Dimension | undefined, fallback: number | undefined): number =>
    typeof extent === 'number' ? extent : (fallback ?? 0);
  const [height, width] = image.shape;
  if (third === 1 || third === 3) return fitImage(image, number(first, height), number(second, width), third);
  if (first === 1 || first === 3) return fitImage(image, number(second, height), number(third, width), first);
  return image;
}
