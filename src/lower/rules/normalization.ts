import { floatAttribute, intAttribute, intsAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { type Arrangement, asInOnnx, at, canonical, product } from '../arrangement.ts';
import { ofAxes, shapeOfAxes } from '../axes.ts';
import { withoutLeadingOnes } from '../broadcast.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { scalar } from './elementwise.ts';
import { localResponseNormalization } from './local-response.ts';
import { lpNormalization } from './lp-normalization.ts';
import { reduce } from './reductions.ts';

/**
 * Normalisations, taken apart.
 *
 *     x ─▶ BatchNormalization ─▶ y     x ─▶ MUL [C] ─▶ ADD [C] ─▶ y      (what was not folded into a convolution)
 *     x ─▶ LayerNormalization ─▶ y     d = x - MEAN x;  d · RSQRT(MEAN d² + ε) · scale + bias
 *     x ─▶ LRN ─▶ y                    x · (CONV_2D of x² with a band of ones ─▶ power)
 */
export const normalizationLowerings: Lowerings = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LpNormalization: lpNormalization,
  LRN: localResponseNormalization,
};

/** A tensor that is being computed on, in one shape. */
interface Working {
  readonly tensor: TensorId;
  readonly shape: readonly number[];
  readonly arrangement: Arrangement;
}

/** Batch, channels and the rest: more than four axes as three, others as they lie. `batch` and `channel` are their places. */
function withChannels(lowerer: Lowerer, id: TensorId): Working & { readonly batch: number; readonly channel: number } {
  const shape = lowerer.shapeOf(id);
  if (shape.length <= 4) {
    const view = lowerer.view(id);
    return {
      ...view,
      arrangement: ofAxes(shape, view.axes),
      batch: view.axes.indexOf(0),
      channel: view.axes.indexOf(1),
    };
  }
  const three = [at(shape, 0), at(shape, 1), product(shape.slice(2))];
  return {
    tensor: lowerer.stored(id, asInOnnx(shape), three),
    shape: three,
    arrangement: asInOnnx(shape),
    batch: 0,
    channel: 1,
  };
}

/** A constant that differs along one extent of a stored tensor of `rank` extents. */
function alongExtent(
  lowerer: Lowerer,
  name: string,
  numbers: readonly number[],
  place: number,
  rank: number,
): TensorId {
  const shape = [numbers.length, ...new Array<number>(rank - place - 1).fill(1)];
  return lowerer.constant(name, 'float32', shape, numbers);
}

function constantInput(lowerer: Lowerer, operator: Operator, position: number): readonly number[] {
  const numbers = lowerer.numbersOf(inputOf(operator, position));
  return numbers ?? lowerer.refuse(operator, `its input ${position} is computed by the model`);
}

function batchNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  if (intAttribute(operator, 'training_mode', 0) !== 0) return normalizedByBatch(lowerer, operator);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((position) => constantInput(lowerer, operator, position)) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const epsilon = floatAttribute(operator, 'epsilon', 1e-5);
  const factors = scale.map((value, channel) => value / Math.sqrt(at(variance, channel) + epsilon));
  const offsets = bias.map((value, channel) => value - at(mean, channel) * at(factors, channel));
  const { tensor, shape, channel, arrangement } = withChannels(lowerer, input);
  const name = lowerer.nameOf(output);
  const constant = (part: string, numbers: readonly number[]) =>
    alongExtent(lowerer, `${name}/${part}`, numbers, channel, shape.length);
  const scaled = lowerer.emit('MUL', [tensor, constant('scale', factors)], shape, {}, { name: `${name}/scaled` });
  const result = lowerer.emit('ADD', [scaled, constant('offset', offsets)], shape, {}, { name });
  lowerer.define(output, result, arrangement);
}

/** (x - mean) / sqrt(variance + ε) over some extents. */
function normalized(
  lowerer: Lowerer,
  { tensor, shape }: Working,
  places: readonly number[],
  epsilon: number,
  name: string,
) {
  const mean = reduce(lowerer, 'MEAN', tensor, places, `${name}/mean`);
  const centered = lowerer.emit('SUB', [tensor, mean], shape, {}, { name: `${name}/centered` });
  const squares = lowerer.emit('MUL', [centered, centered], shape, {}, { name: `${name}/squares` });
  const variance = reduce(lowerer, 'MEAN', squares, places, `${name}/variance`);
  const small = lowerer.tensorShape(variance);
  const guarded = lowerer.emit('ADD', [variance, scalar(lowerer, epsilon)], small, {}, { name: `${name}/guarded` });
  const factor = lowerer.emit('RSQRT', [guarded], small, {}, { name: `${name}/factor` });
  return lowerer.emit('MUL', [centered, factor], shape, {}, { name: `${name}/normalized` });
}

/** · scale + bias; `undefined` leaves one out. */
function affine(
  lowerer: Lowerer,
  tensor: TensorId,
  scale: TensorId | undefined,
  bias: TensorId | undefined,
  name: string,
): TensorId {
  const shape = lowerer.tensorShape(tensor);
  const scaled =
    scale === undefined ? tensor : lowerer.emit('MUL', [tensor, scale], shape, {}, { name: `${name}/scaled` });
  return bias === undefined ? scaled : lowerer.emit('ADD', [scaled, bias], shape, {}, { name });
}

/** In training mode the batch's own mean and variance count, over everything but the channels. */
function normalizedByBatch(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const working = withChannels(lowerer, inputOf(operator, 0));
  const places = working.shape.flatMap((_, place) => (place === working.channel ? [] : [place]));
  const name = lowerer.nameOf(output);
  const result = normalized(lowerer, working, places, floatAttribute(operator, 'epsilon', 1e-5), name);
  lowerer.define(output, affine(lowerer, result, ...perChannel(lowerer, operator, working), name), working.arrangement);
}

/** Scale and bias, one each per channel. */
function perChannel(lowerer: Lowerer, operator: Operator, working: Working & { readonly channel: number }) {
  return [1, 2].map((position) =>
    alongExtent(
      lowerer,
      lowerer.nameOf(inputOf(operator, position)),
      constantInput(lowerer, operator, position),
      working.channel,
      working.shape.length,
    ),
  ) as [TensorId, TensorId];
}

function instanceNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const working = withChannels(lowerer, input);
  const name = lowerer.nameOf(output);
  const places = working.shape.flatMap((_, place) =>
    place !== working.channel && place !== working.batch ? [place] : [],
  );
  const epsilon = floatAttribute(operator, 'epsilon', 1e-5);
  const result = normalized(lowerer, working, places, epsilon, name);
  lowerer.define(output, affine(lowerer, result, ...perChannel(lowerer, operator, working), name), working.arrangement);
}

function layerNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const axis = axisFromFront(intAttribute(operator, 'axis', -1), shape.length);
  const name = lowerer.nameOf(output);
  const rank = shape.length;
  const isFlat = rank > 4;
  const flat = [product(shape.slice(0, axis)), product(shape.slice(axis))];
  const view = isFlat ? undefined : lowerer.view(input);
  const working: Working =
    view === undefined
      ? { tensor: lowerer.stored(input, asInOnnx(shape), flat), shape: flat, arrangement: asInOnnx(shape) }
      : { ...view, arrangement: ofAxes(shape, view.axes) };
  const places = view === undefined ? [1] : view.axes.flatMap((own, place) => (own >= axis ? [place] : []));
  const result = normalized(lowerer, working, places, floatAttribute(operator, 'epsilon', 1e-5), name);
  const [scale, bias] = [1, 2].map((position) => {
    const id = operator.inputs[position] ?? undefined;
    if (id === undefined) return undefined;
    const own = lowerer.shapeOf(id);
    if (view === undefined) return lowerer.stored(id, asInOnnx(own), [product(own)]);
    const aligned = [...new Array<number>(rank - own.length).fill(1), ...own];
    return lowerer.stored(id, ofAxes(aligned, view.axes), withoutLeadingOnes(shapeOfAxes(aligned, view.axes)));
  });
  lowerer.define(output, affine(lowerer, result, scale, bias, name), working.arrangement);
}

/** Channels in groups: kept channels-last as [N, pixels, groups, channels of one]. */
function groupNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const [batch = 1, channels = 1, ...spatial] = lowerer.shapeOf(input);
  const groups = intAttribute(operator, 'num_groups', 1);
  const pixels = product(spatial);
  const shape = [batch, pixels, groups, channels / groups];
  const arrangement = canonical([
    { extent: batch, stride: channels * pixels },
    { extent: pixels, stride: 1 },
    { extent: channels, stride: pixels },
  ]);
  const working = { tensor: lowerer.stored(input, arrangement, shape), shape, arrangement };
  const name = lowerer.nameOf(output);
  const result = normalized(lowerer, working, [1, 3], floatAttribute(operator, 'epsilon', 1e-5), name);
  const [scale, bias] = [1, 2].map((position) => {
    const numbers = constantInput(lowerer, operator, position);
    const own = numbers.length === channels ? [groups, channels / groups] : [groups, 1];
    return lowerer.constant(lowerer.nameOf(inputOf(operator, position)), 'float32', own, numbers);
  });
  lowerer.define(output, affine(lowerer, result, scale, bias, name), arrangement);
}

function meanVarianceNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const axes = (intsAttribute(operator, 'axes') ?? [0, 2, 3]).map((axis) => axisFromFront(axis, shape.length));
  const view = lowerer.view(input);
  const places = view.axes.flatMap((axis, place) => (axes.includes(axis) ? [place] : []));
  const working = { ...view, arrangement: ofAxes(shape, view.axes) };
  // ONNX's function body adds 1e-9 to the deviation; to the variance it is as good as nothing too.
  const result = normalized(lowerer, working, places, 1e-18, lowerer.nameOf(output));
  lowerer.rename(result, lowerer.nameOf(output));
  lowerer.define(output, result, working.arrangement);
}
