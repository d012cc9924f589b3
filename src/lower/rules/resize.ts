import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { nearestNeighbors } from '../../kernels/resize-nearest-neighbor.ts';
import { at, product } from '../arrangement.ts';
import { shapeOfAxes } from '../axes.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { coordinates, cubicRow, linearRow, nearestPlace, type Sampling } from './sampling.ts';

/**
 * Resizing images. What ONNX's modes come to is computed for every row and column, then the TensorFlow Lite mode that comes to the same is taken.
 *
 *     x ─▶ Resize, nearest ─▶ y       x NHWC ─▶ RESIZE_NEAREST_NEIGHBOR ─▶ y, else GATHER of rows and columns
 *     x ─▶ Resize, linear ─▶ y        x NHWC ─▶ RESIZE_BILINEAR ─▶ y, else BATCH_MATMUL with the weights of rows and columns
 *     x ─▶ Resize, cubic ─▶ y         x NHWC ─▶ BATCH_MATMUL with the weights of rows and columns ─▶ y
 */
export const resizeLowerings: Lowerings = { Resize: resize, Upsample: resize };

/** TensorFlow Lite's modes: align_corners and half_pixel_centers. */
const modes: readonly (readonly [boolean, boolean])[] = [
  [false, false],
  [false, true],
  [true, false],
];

/** Rows or columns whose neighbours are looked up one by one: those of the largest pictures, twice. */
const mostExtent = 2 ** 16;

interface Image {
  readonly tensor: TensorId;
  /** By stored extent the ONNX axis; the two in the middle are resized. */
  readonly axes: readonly number[];
  readonly name: string;
  readonly rows: Sampling;
  readonly columns: Sampling;
}

function resize(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const image = imageOf(lowerer, operator);
  const mode = stringAttribute(operator, 'mode', 'nearest');
  if (intAttribute(operator, 'antialias', 0) !== 0)
    lowerer.refuse(operator, 'TensorFlow Lite does not resize with antialiasing');
  const shape = shapeOfAxes(lowerer.shapeOf(output), image.axes);
  const result = mode === 'nearest' ? nearest(lowerer, image, shape) : weighed(lowerer, operator, image, shape, mode);
  lowerer.defineAxes(output, result, image.axes);
}

function imageOf(lowerer: Lowerer, operator: Operator): Image {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const [from, to] = [lowerer.shapeOf(input), lowerer.shapeOf(output)];
  const resized = from.flatMap((extent, axis) => (extent === to[axis] ? [] : [axis]));
  const axes = orderFor(from.length, resized);
  if (axes === undefined) {
    return lowerer.refuse(
      operator,
      `TensorFlow Lite resizes height and width, not the axes ${resized.join(', ')} of ${from.length}`,
    );
  }
  const long = resized.find((axis) => at(to, axis) > mostExtent);
  if (long !== undefined)
    lowerer.refuse(operator, `it makes ${at(to, long)} rows or columns; ${mostExtent} are the most`);
  const sampling = (axis: number | undefined): Sampling => {
    const [inputs, outputs] = axis === undefined || axis < 0 ? [1, 1] : [at(from, axis), at(to, axis)];
    return {
      inputs,
      outputs,
      scale: scaleOf(lowerer, operator, axis ?? -1, from.length) ?? outputs / inputs,
      ...rulesOf(operator),
    };
  };
  return {
    tensor: lowerer.withAxes(input, axes),
    axes,
    name: lowerer.nameOf(output),
    rows: sampling(axes[1]),
    columns: sampling(axes[2]),
  };
}

/** What is resized goes where TensorFlow Lite has height and width. */
function orderFor(rank: number, resized: readonly number[]): readonly number[] | undefined {
  const isWithin = (...axes: readonly number[]) => resized.every((axis) => axes.includes(axis));
  if (rank === 4 && isWithin(2, 3)) return [0, 2, 3, 1];
  if (rank === 4 && isWithin(1, 2)) return [0, 1, 2, 3];
  if (rank === 3 && isWithin(2)) return [0, -1, 2, 1];
  return rank === 3 && isWithin(1) ? [0, -1, 1, 2] : undefined;
}

/** Versions before 11 know one way: asymmetric, rounded down. */
function rulesOf(operator: Operator): Pick<Sampling, 'transformation' | 'rounding'> {
  const isEarly = operator.type === 'Upsample' || operator.version < 11;
  return {
    transformation: isEarly ? 'asymmetric' : stringAttribute(operator, 'coordinate_transformation_mode', 'half_pixel'),
    rounding: isEarly ? 'floor' : stringAttribute(operator, 'nearest_mode', 'round_prefer_floor'),
  };
}

/** The scale that the model states for an axis; `undefined` where it states sizes. */
function scaleOf(lowerer: Lowerer, operator: Operator, axis: number, rank: number): number | undefined {
  if (axis < 0) return 1;
  const position = operator.type === 'Upsample' || operator.version < 11 ? 1 : 2;
  const given = operator.inputs[position] ?? undefined;
  const scales = lowerer.numbersOf(given);
  if (given !== undefined && scales === undefined)
    return lowerer.refuse(operator, 'its scales are computed by the model');
  if (scales === undefined || scales.length === 0) return undefined;
  const axes = intsAttribute(operator, 'axes');
  if (axes === undefined) return scales[axis];
  const index = axes.findIndex((other) => (other < 0 ? other + rank : other) === axis);
  return index < 0 ? 1 : scales[index];
}

function nearest(lowerer: Lowerer, { tensor, rows, columns, name }: Image, shape: readonly number[]): TensorId {
  const wanted = [rows, columns].map((axis) =>
    Array.from({ length: axis.outputs }, (_, place) => nearestPlace(axis, place)),
  );
  const mode = modes.find(([corners, centers]) =>
    [rows, columns].every(
      ({ inputs, outputs }, index) =>
        nearestNeighbors(inputs, outputs, corners, centers).join() === wanted[index]?.join(),
    ),
  );
  if (mode !== undefined) return resized(lowerer, 'RESIZE_NEAREST_NEIGHBOR', tensor, shape, mode, name);
  let current = tensor;
  for (const [index, places] of wanted.entries()) {
    if (places.every((from, to) => from === to) && places.length === lowerer.tensorShape(current)[index + 1]) continue;
    const indexes = lowerer.constant(`${name}/places`, 'int32', [places.length], places);
    const extents = lowerer.tensorShape(current).map((extent, axis) => (axis === index + 1 ? places.length : extent));
    current = lowerer.emit('GATHER', [current, indexes], extents, { axis: index + 1, batch_dims: 0 }, { name });
  }
  return current;
}

function resized(
  lowerer: Lowerer,
  type: string,
  tensor: TensorId,
  shape: readonly number[],
  [corners, centers]: readonly [boolean, boolean],
  name: string,
): TensorId {
  const size = lowerer.constant(`${name}/size`, 'int32', [2], shape.slice(1, 3));
  const options = { align_corners: corners, half_pixel_centers: centers };
  return lowerer.emit(type, [tensor, size], shape, options, { name });
}

/** How far from a coordinate TensorFlow Lite's may be, in pixels. */
const tolerance = 1e-5;

function weighed(lowerer: Lowerer, operator: Operator, image: Image, shape: readonly number[], mode: string): TensorId {
  const { tensor, rows, columns, name } = image;
  if (rows.transformation === 'tf_crop_and_resize')
    lowerer.refuse(operator, 'TensorFlow Lite Micro does not crop while it resizes');
  const isLinear = mode === 'linear' || mode === 'bilinear';
  if (!isLinear && mode !== 'cubic') return lowerer.refuse(operator, `TensorFlow Lite has no mode "${mode}"`);
  const excludesOutside = intAttribute(operator, 'exclude_outside', 0) !== 0;
  if (isLinear && !excludesOutside) {
    const ours = modes.find((candidate) => [rows, columns].every((axis) => isSampledAlike(axis, candidate)));
    if (ours !== undefined) return resized(lowerer, 'RESIZE_BILINEAR', tensor, shape, ours, name);
  }
  const cubic = floatAttribute(operator, 'cubic_coeff_a', -0.75);
  const row = (axis: Sampling, place: number) =>
    isLinear ? linearRow(axis, place) : cubicRow(axis, place, cubic, excludesOutside);
  const matrix = (axis: Sampling) => Array.from({ length: axis.outputs }, (_, place) => row(axis, place)).flat();
  const [batch = 1, height = 1, width = 1, channels = 1] = lowerer.tensorShape(tensor);
  const down = multiplied(lowerer, tensor, matrix(rows), [batch, height, width * channels], rows.outputs, name);
  const across = [batch * rows.outputs, width, channels];
  const both = multiplied(lowerer, down, matrix(columns), across, columns.outputs, name);
  return reshaped(lowerer, both, shape, name);
}

/** weights [outputs, inputs] · x [batch, inputs, rest]. */
function multiplied(
  lowerer: Lowerer,
  tensor: TensorId,
  weights: readonly number[],
  shape: readonly number[],
  outputs: number,
  name: string,
): TensorId {
  const [batch = 1, inputs = 1, rest = 1] = shape;
  const matrix = lowerer.constant(`${name}/weights`, 'float32', [1, outputs, inputs], weights);
  const from = reshaped(lowerer, tensor, shape, name);
  const options = { adj_x: false, adj_y: false };
  return lowerer.emit('BATCH_MATMUL', [matrix, from], [batch, outputs, rest], options, { name });
}

function reshaped(lowerer: Lowerer, tensor: TensorId, shape: readonly number[], name: string): TensorId {
  if (lowerer.tensorShape(tensor).join() === shape.join()) return tensor;
  if (product(lowerer.tensorShape(tensor)) !== product(shape)) throw new RangeError('a reshape keeps elements');
  return lowerer.emit(
    'RESHAPE',
    [tensor, lowerer.constant(`${name}/shape`, 'int32', [shape.length], shape)],
    shape,
    {},
    { name },
  );
}

/** True when TensorFlow Lite's mode takes its pixels from the same coordinates. */
function isSampledAlike(axis: Sampling, [corners, centers]: readonly [boolean, boolean]): boolean {
  const { inputs, outputs } = axis;
  const scale = corners && outputs > 1 ? (inputs - 1) / (outputs - 1) : inputs / outputs;
  const within = (value: number) => Math.min(Math.max(value, 0), inputs - 1);
  return Array.from({ length: outputs }, (_, place) => {
    const theirs = centers ? (place + 0.5) * scale - 0.5 : place * scale;
    return Math.abs(within(theirs) - within(coordinates(axis, place))) <= tolerance;
  }).every(Boolean);
}
