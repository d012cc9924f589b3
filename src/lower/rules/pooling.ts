import { isPair } from '../../basics/tuples.ts';
import { intAttribute, intsAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { imageAxes, paddingFor, padImage, type WindowAxis, windowAxesOf, windowOptions } from '../windows.ts';

/**
 * Pooling over one or two spatial axes.
 *
 *     x ─▶ AveragePool ─▶ y           x NHWC ─▶ AVERAGE_POOL_2D, SAME or VALID ─▶ y
 *     x ─▶ MaxPool, pads ─▶ y         x NHWC ─▶ PADV2 with the least float ─▶ MAX_POOL_2D ─▶ y
 *     x ─▶ GlobalAveragePool ─▶ y     x NHWC ─▶ AVERAGE_POOL_2D of the whole image ─▶ y
 *
 * AVERAGE_POOL_2D divides by the elements inside the image, as ONNX does without `count_include_pad`. Where explicit padding is needed,
 * or padding counts, zeros are averaged too and a MUL corrects the windows at the edge. Global pooling is no MEAN: pooling kernels are much faster on microcontrollers.
 */
export const poolingLowerings: Lowerings = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: (lowerer, operator) => globalPool(lowerer, operator, 'AVERAGE_POOL_2D'),
  GlobalMaxPool: (lowerer, operator) => globalPool(lowerer, operator, 'MAX_POOL_2D'),
};

interface Pool {
  readonly image: TensorId;
  readonly axes: readonly number[];
  readonly windows: readonly [WindowAxis, WindowAxis];
  readonly shape: readonly number[];
  readonly name: string;
}

function poolOf(lowerer: Lowerer, operator: Operator, kernel: readonly number[]): Pool {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const [inputShape, outputShape] = [lowerer.shapeOf(input), lowerer.shapeOf(output)];
  const axes = imageAxes(inputShape.length);
  const windows = windowAxesOf(operator, inputShape, outputShape, kernel);
  if (axes === undefined || !isPair(windows)) {
    return lowerer.refuse(operator, `it pools ${inputShape.length - 2} spatial axes; TensorFlow Lite has 1 and 2`);
  }
  return {
    image: lowerer.withAxes(input, axes),
    axes,
    windows,
    shape: axes.map((axis) => (axis < 0 ? 1 : (outputShape[axis] as number))),
    name: lowerer.nameOf(output),
  };
}

function kernelOf(lowerer: Lowerer, operator: Operator): readonly number[] {
  return intsAttribute(operator, 'kernel_shape') ?? lowerer.refuse(operator, 'it has no kernel_shape');
}

function pool(lowerer: Lowerer, type: string, image: TensorId, { windows, shape, name }: Pool): TensorId {
  const [rows, columns] = windows;
  const options = {
    ...windowOptions(windows, paddingFor(windows)),
    filter_height: rows.kernel,
    filter_width: columns.kernel,
  };
  return lowerer.emit(type, [image], shape, options, { name });
}

/** Positions whose elements are counted one by one; a file may state any number, and images have far fewer. */
const mostPositions = 2 ** 22;

function averagePool(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const found = poolOf(lowerer, operator, kernelOf(lowerer, operator));
  const { windows, image, name, shape, axes } = found;
  if (windows.some(({ dilation }) => dilation !== 1))
    lowerer.refuse(operator, 'TensorFlow Lite does not pool with dilation');
  if (windows[0].output * windows[1].output > mostPositions) {
    lowerer.refuse(operator, `its output has more than ${mostPositions} positions`);
  }
  const countsPadding = intAttribute(operator, 'count_include_pad', 0) !== 0;
  const padding = paddingFor(windows);
  const wanted = countsOf(windows, countsPadding);
  const [rows, columns] = windows;
  if (padding.explicit === undefined && wanted.join() === countsOf(windows, false).join()) {
    return lowerer.defineAxes(output, pool(lowerer, 'AVERAGE_POOL_2D', image, found), axes);
  }
  const amounts = padding.explicit ?? windows.map((axis) => [axis.before, behind(axis)] as const);
  const padded = padImage(lowerer, image, amounts, name);
  const average = pool(lowerer, 'AVERAGE_POOL_2D', padded, { ...found, windows: [unpadded(rows), unpadded(columns)] });
  const area = rows.kernel * columns.kernel;
  if (wanted.every((count) => count === area)) return lowerer.defineAxes(output, average, axes);
  const factors = lowerer.constant(
    `${name}/factors`,
    'float32',
    [1, rows.output, columns.output, 1],
    wanted.map((count) => area / count),
  );
  lowerer.defineAxes(output, lowerer.emit('MUL', [average, factors], shape, {}, { name }), axes);
}

/** Elements behind the image that the last window covers. */
function behind({ input, output, kernel, stride, before }: WindowAxis): number {
  return Math.max(0, (output - 1) * stride + kernel - before - input);
}

/** The axis of an image that has been padded as far as its windows reach. */
function unpadded(axis: WindowAxis): WindowAxis {
  return { ...axis, input: axis.input + axis.before + behind(axis), before: 0, after: 0 };
}

/** By output position, row by row: the elements that ONNX divides by. Padding counts up to `after`, what `ceil_mode` adds behind it does not. */
function countsOf([rows, columns]: readonly [WindowAxis, WindowAxis], countsPadding: boolean): readonly number[] {
  const along = ({ input, output, kernel, stride, before, after }: WindowAxis) =>
    Array.from({ length: output }, (_, place) => {
      const start = place * stride - before;
      const [first, end] = countsPadding ? [-before, input + after] : [0, input];
      return Math.max(1, Math.min(start + kernel, end) - Math.max(start, first));
    });
  const across = along(columns);
  return along(rows).flatMap((row) => across.map((column) => row * column));
}

function maxPool(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  if (operator.outputs.length > 1 && operator.outputs[1] !== null) {
    lowerer.refuse(operator, 'TensorFlow Lite does not give the positions of maxima');
  }
  const found = poolOf(lowerer, operator, kernelOf(lowerer, operator));
  const { windows, image, name, axes } = found;
  if (windows.some(({ dilation }) => dilation !== 1))
    lowerer.refuse(operator, 'TensorFlow Lite does not pool with dilation');
  const { explicit } = paddingFor(windows);
  if (explicit === undefined) {
    return lowerer.defineAxes(output, pool(lowerer, 'MAX_POOL_2D', image, found), axes);
  }
  // Zeros, which quantise well, are as good where nothing is below them.
  const isPositive = isNeverNegative(lowerer, inputOf(operator, 0));
  const least = isPositive ? undefined : lowerer.constant(`${name}/least`, 'float32', [1], [-3.4028234663852886e38]);
  const padded = padImage(lowerer, image, explicit, name, least);
  const [rows, columns] = windows;
  const inside = { ...found, windows: [unpadded(rows), unpadded(columns)] } as const;
  lowerer.defineAxes(output, pool(lowerer, 'MAX_POOL_2D', padded, inside), axes);
}

/** True for what an activation or pooling of such made. */
function isNeverNegative(lowerer: Lowerer, id: TensorId): boolean {
  const producer = lowerer.producerOf(id);
  if (producer === undefined) return false;
  if (['Relu', 'Sigmoid', 'Softmax', 'Abs', 'HardSigmoid'].includes(producer.type)) return true;
  if (producer.type === 'Clip') {
    const bound = producer.inputs[1];
    const least =
      bound === undefined || bound === null ? producer.attributes.min?.value : lowerer.numbersOf(bound)?.[0];
    return typeof least === 'number' && least >= 0;
  }
  if (['MaxPool', 'AveragePool', 'Concat'].includes(producer.type)) {
    return producer.inputs.every((input) => input !== null && isNeverNegative(lowerer, input));
  }
  return false;
}

function globalPool(lowerer: Lowerer, operator: Operator, type: string) {
  const found = poolOf(lowerer, operator, lowerer.shapeOf(inputOf(operator, 0)).slice(2));
  lowerer.defineAxes(outputOf(operator), pool(lowerer, type, found.image, found), found.axes);
}
