import { intsAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { groupsOf, imageAxes } from '../windows.ts';
import { biasOf } from './convolution.ts';

/**
 * Transposed convolutions of one or two spatial axes.
 *
 *     x ─▶ ConvTranspose ─▶ y     x NHWC ─▶ TRANSPOSE_CONV, VALID ─▶ (SLICE) ─▶ y NHWC
 *     W [C, M, h, w] ──┘          W [M, h, w, C] ──┘
 *
 * VALID writes every product, stride · (input - 1) + kernel of them; ONNX's `pads` cut the edges off, which SAME does too where it cuts as many.
 * `output_padding` beyond what the products reach is the bias alone: TRANSPOSE_CONV is told a larger output.
 * Weights that are dilated get zeros between them. Groups are computed one by one and joined.
 */
export const transposedConvolutionLowerings: Lowerings = { ConvTranspose: transposedConvolution };

interface Axis {
  readonly output: number;
  readonly stride: number;
  readonly kernel: number;
  readonly before: number;
  /** What VALID computes. */
  readonly whole: number;
  readonly isSame: boolean;
}

function transposedConvolution(lowerer: Lowerer, operator: Operator) {
  const [input, weightsId, output] = [inputOf(operator, 0), inputOf(operator, 1), outputOf(operator)];
  const [inputShape, shape, outputShape] = [input, weightsId, output].map(lowerer.shapeOf) as [
    number[],
    number[],
    number[],
  ];
  const axes = imageAxes(inputShape.length);
  const weights = lowerer.numbersIn(weightsId);
  if (axes === undefined)
    return lowerer.refuse(operator, 'TensorFlow Lite has transposed convolutions of 1 and 2 spatial axes');
  if (weights === undefined) return lowerer.refuse(operator, 'its weights are computed by the model');
  const name = lowerer.nameOf(output);
  const windows = axesOf(operator, inputShape, outputShape, shape);
  const groups = groupsOf(operator);
  const [channels = 1, perGroup = 1] = shape;
  const kernel = spread(weights, shape, windows, dilationsOf(operator, shape.length - 2));
  const image = lowerer.withAxes(input, axes);
  const [batch = 1, height = 1, width = 1] = lowerer.tensorShape(image);
  const depth = channels / groups;
  const bias = biasOf(lowerer, operator, perGroup * groups, name);
  const parts = Array.from({ length: groups }, (_, group): TensorId => {
    const from =
      groups === 1 ? image : sliced(lowerer, image, [0, 0, 0, group * depth], [batch, height, width, depth], name);
    const part = kernel(group * depth, depth);
    const constant = lowerer.constant(lowerer.nameOf(weightsId), 'float32', part.shape, part.numbers);
    return transposedPart(lowerer, from, constant, groups === 1 ? bias : undefined, windows, [batch, perGroup], name);
  });
  const [first = -1] = parts;
  const stored = axes.map((axis) => (axis < 0 ? 1 : (outputShape[axis] as number)));
  if (groups === 1) return lowerer.defineAxes(output, first, axes);
  const joined = lowerer.emit('CONCATENATION', parts, stored, { axis: 3 }, { name: `${name}/joined` });
  lowerer.defineAxes(output, lowerer.emit('ADD', [joined, bias], stored, {}, { name }), axes);
}

function transposedPart(
  lowerer: Lowerer,
  image: TensorId,
  weights: TensorId,
  bias: TensorId | undefined,
  windows: readonly [Axis, Axis],
  [batch, channels]: readonly [number, number],
  name: string,
): TensorId {
  const isSame = windows.every((axis) => axis.isSame);
  const isWhole = windows.every(({ before, whole, output }) => before === 0 && whole === output);
  const extents = windows.map(({ whole, output, before }) => (isSame ? output : Math.max(whole, before + output)));
  const shape = [batch, ...extents, channels];
  const size = lowerer.constant(`${name}/size`, 'int32', [4], shape);
  const [rows, columns] = windows;
  const options = { padding: isSame && !isWhole ? 'SAME' : 'VALID', stride_h: rows.stride, stride_w: columns.stride };
  const inputs = bias === undefined ? [size, weights, image] : [size, weights, image, bias];
  const isExact = isSame || windows.every(({ before, output }, axis) => before === 0 && extents[axis] === output);
  const result = { name: isExact ? name : `${name}/whole`, dtype: lowerer.tensorType(image) };
  const whole = lowerer.emit('TRANSPOSE_CONV', inputs, shape, options, result);
  if (isExact) return whole;
  const cut = [batch, rows.output, columns.output, channels];
  return sliced(lowerer, whole, [0, rows.before, columns.before, 0], cut, name);
}

function sliced(
  lowerer: Lowerer,
  image: TensorId,
  begin: readonly number[],
  size: readonly number[],
  name: string,
): TensorId {
  const from = lowerer.constant(`${name}/begin`, 'int32', [4], begin);
  const extents = lowerer.constant(`${name}/size`, 'int32', [4], size);
  return lowerer.emit('SLICE', [image, from, extents], size, {}, { name });
}

function dilationsOf(operator: Operator, count: number): readonly number[] {
  return intsAttribute(operator, 'dilations') ?? new Array<number>(count).fill(1);
}

function axesOf(
  operator: Operator,
  inputShape: readonly number[],
  outputShape: readonly number[],
  shape: readonly number[],
): readonly [Axis, Axis] {
  const count = shape.length - 2;
  const pads = intsAttribute(operator, 'pads');
  const automatic = stringAttribute(operator, 'auto_pad', 'NOTSET');
  const dilations = dilationsOf(operator, count);
  const axes = shape.slice(2).map((extent, axis): Axis => {
    const input = inputShape[axis + 2] as number;
    const output = outputShape[axis + 2] as number;
    const stride = intsAttribute(operator, 'strides')?.[axis] ?? 1;
    const kernel = (extent - 1) * (dilations[axis] ?? 1) + 1;
    const extra = intsAttribute(operator, 'output_padding')?.[axis] ?? 0;
    const whole = stride * (input - 1) + kernel;
    // The total that `output_shape` or `auto_pad` leaves (ConvTranspose, onnx/defs/nn/defs.cc).
    const total = whole + extra - output;
    const isStated = automatic === 'NOTSET' && intsAttribute(operator, 'output_shape') === undefined;
    const half = automatic === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
    const before = isStated ? (pads?.[axis] ?? 0) : Math.max(0, half);
    // TensorFlow Lite's SAME takes the padding of the convolution from output to input.
    const same = Math.max(0, (input - 1) * stride + kernel - output);
    return {
      output,
      stride,
      kernel,
      before,
      whole,
      isSame: Math.ceil(output / stride) === input && before === Math.floor(same / 2),
    };
  });
  const unit: Axis = { output: 1, stride: 1, kernel: 1, before: 0, whole: 1, isSame: true };
  return (count === 1 ? [unit, ...axes] : axes) as unknown as readonly [Axis, Axis];
}

/** Weights [C, M, h, w] as [M, h, w, C] for some of the input channels, zeros between dilated ones. */
function spread(
  weights: ArrayLike<number>,
  shape: readonly number[],
  [rows, columns]: readonly [Axis, Axis],
  dilations: readonly number[],
) {
  const [, outputs = 1] = shape;
  const [height, width] = shape.length === 3 ? [1, shape[2] as number] : (shape.slice(2) as [number, number]);
  const [down, across] = dilations.length === 1 ? [1, dilations[0] ?? 1] : (dilations as readonly [number, number]);
  return (first: number, depth: number) => {
    const numbers = new Float32Array(outputs * rows.kernel * columns.kernel * depth);
    for (let channel = 0; channel < depth; channel++) {
      for (let output = 0; output < outputs; output++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const place = (output * rows.kernel + y * (down ?? 1)) * columns.kernel + x * (across ?? 1);
            numbers[place * depth + channel] = weights[
              (((first + channel) * outputs + output) * height + y) * width + x
            ] as number;
          }
        }
      }
    }
    return { shape: [outputs, rows.kernel, columns.kernel, depth], numbers };
  };
}
