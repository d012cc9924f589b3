import { concreteShape, intAttribute } from '../../../graph/access.ts';
import { constantNumbers } from '../../../graph/constant-numbers.ts';
import { elementBits } from '../../../graph/data-type.ts';
import { ownEntry } from '../../../graph/own.ts';
import { boundedWeights, constantBias, perTensor, weightsOfEightBits } from './common-rules.ts';
import { alignedCorners, resizeFactor, resizePowerOfTwo, resizeScale } from './resize-rules.ts';
import { type NpuRule, unless } from './rule.ts';
import { transposeLimits } from './transpose-rules.ts';
import { atLeastFour, heightWidthChannels, type OperatorView } from './view.ts';
import {
  averagePoolWindow,
  maxPoolWindow,
  smallStride,
  transposedShape,
  transposedStride,
  unrollableStride,
} from './window-rules.ts';

/** Rules of single operator types. Source: tflite_supported_operators*.cpp of Vela 5.2.0's compilation core. */

const exportConstant = 'export the model with this input as a constant';

const constantParameters: NpuRule = {
  must: 'has constant axes, sizes and paddings',
  remedy: exportConstant,
  fails: unless(({ parameters }) => parameters.every(({ data }) => data !== undefined), 'one is computed'),
};

const sameScales: NpuRule = {
  must: 'has the same scale and zero point on its inputs and its output',
  remedy: 'quantise its inputs and its output with one scale',
  fails: ({ inputs, outputs }) => {
    const key = (tensor: (typeof inputs)[number] | undefined): string =>
      JSON.stringify([tensor?.quantization?.scale, tensor?.quantization?.zeroPoint]);
    return inputs.every((input) => key(input) === key(outputs[0])) ? undefined : 'they differ';
  },
};

const denseWeights: NpuRule = {
  must: 'has weights with outputs first, inputs last and nothing between',
  remedy: 'flatten the weights to two axes',
  fails: ({ weights }) => {
    const shape = concreteShape(weights?.shape) ?? [];
    const product = shape.reduce((all, extent) => all * extent, 1);
    return shape.length >= 2 && product === (shape[0] ?? 0) * (shape.at(-1) ?? 0)
      ? undefined
      : `their shape is [${shape.join(', ')}]`;
  },
};

const matrixProduct: NpuRule = {
  must: 'multiplies computed matrices of int8 whose inner and outer extents are at most 65536',
  remedy: 'quantise both factors to int8',
  fails: ({ family, operator, inputs, outputs, weights }) => {
    if (family === 'u85' || (operator.type === 'FULLY_CONNECTED' && weights?.data !== undefined)) return undefined;
    if (inputs[0]?.dtype !== 'int8') return `its input is ${inputs[0]?.dtype}`;
    const depth = heightWidthChannels(inputs[0]).channels;
    const outer = heightWidthChannels(outputs[0]).channels;
    return depth <= 65536 && outer <= 65536 ? undefined : `they are ${depth} and ${outer}`;
  },
};

const argMaxOnDepth: NpuRule = {
  must: 'looks along the last axis, over at most 127 channels',
  remedy: 'do it in the application, on the few values that the model gives',
  fails: ({ family, inputs, parameters }) => {
    if (family === 'u85') return undefined;
    const depth = heightWidthChannels(inputs[0]).channels;
    if (depth > 127) return `there are ${depth} channels`;
    const [axis] = parameters[0] === undefined ? [] : (constantNumbers(parameters[0]) ?? []);
    return axis === -1 || axis === (inputs[0]?.shape?.length ?? 0) - 1 ? undefined : `the axis is ${axis}`;
  },
};

const int8Or16: NpuRule = {
  must: 'reads int8 or int16',
  remedy: 'quantise its input to int8',
  fails: ({ inputs: [input] }) =>
    input?.dtype === 'int8' || input?.dtype === 'int16' ? undefined : `its input is ${input?.dtype}`,
};

const sameShapeAndType: NpuRule = {
  must: 'writes the shape and type that it reads',
  remedy: 'give its output the type of its input',
  fails: unless(
    ({ inputs: [input], outputs: [output] }) =>
      input?.dtype === output?.dtype && input?.shape?.join() === output?.shape?.join(),
    'they differ',
  ),
};

const eightBit: NpuRule = {
  must: 'reads int8 or uint8',
  remedy: 'quantise its input to int8',
  fails: ({ inputs: [input] }) =>
    elementBits(input?.dtype ?? 'int8') === 8 ? undefined : `its input is ${input?.dtype}`,
};

const softmaxRows: NpuRule = {
  must: 'has at most 65536 rows',
  remedy: 'take it over fewer positions',
  fails: ({ inputs: [input] }) => {
    const { height, width } = heightWidthChannels(input);
    return height * width <= 65536 ? undefined : `it has ${height * width}`;
  },
};

/** Axes of a reduction in a shape of at least four extents. */
function reducedAxes({ inputs: [input], parameters: [axes] }: OperatorView): readonly number[] {
  const rank = input?.shape?.length ?? 0;
  const added = Math.max(0, 4 - rank);
  return (axes === undefined ? [] : (constantNumbers(axes) ?? [])).map(
    (axis) => (axis < 0 ? axis + rank : axis) + added,
  );
}

const meanLimits: Readonly<Record<string, number>> = { int8: 2 ** 24, uint8: 2 ** 23, int16: 2 ** 16 };

const mean: NpuRule = {
  must: 'averages int8, uint8 or int16 with batch 1, axes of at most 4096, and over channels only where height, width or channels are 1',
  remedy: 'average over height and width, with channels last (NHWC)',
  fails: (view) => {
    const shape = atLeastFour(view.inputs[0]);
    const axes = reducedAxes(view);
    const [batch = 1, ...rest] = shape;
    if (shape.length === 4 && batch > 1) return `the batch is ${batch}`;
    if (axes.includes(shape.length - 1) && !rest.slice(-3).includes(1)) {
      return `it averages over channels of [${shape.join(', ')}]`;
    }
    const extents = axes.map((axis) => shape[axis] ?? 1);
    if (extents.some((extent) => extent > 4096)) return `an axis has ${Math.max(...extents)}`;
    const type = view.inputs[0]?.dtype ?? 'int8';
    const limit = meanLimits[type];
    if (limit === undefined) return `its input is ${type}`;
    const elements = extents.reduce((product, extent) => product * extent, 1);
    return elements <= limit ? undefined : `it averages ${elements} elements`;
  },
};

const forwardSlices: NpuRule = {
  must: 'has strides of 1 but along height and width, and none that is negative',
  remedy: 'slice without strides',
  fails: ({ inputs, parameters: [, , strides] }) => {
    const rank = inputs[0]?.shape?.length ?? 0;
    const steps = strides === undefined ? [] : (constantNumbers(strides) ?? []);
    if (steps.some((step) => step < 0)) return 'a stride is negative';
    const ofBatchOrChannels = steps.filter((_, axis) => axis !== rank - 2 && axis !== rank - 3);
    return ofBatchOrChannels.every((step) => step === 1) ? undefined : `its strides are [${steps.join(', ')}]`;
  },
};

const plainLstm: NpuRule = {
  must: 'has all gates, and no peephole, projection or normalisation',
  remedy: 'export a plain LSTM',
  fails: ({ operator }) => {
    const given = (position: number): boolean => typeof operator.inputs[position] === 'number';
    if ([1, 2, 3, 4, 5, 6, 7, 8].some((position) => !given(position))) return 'a gate is missing';
    if ([9, 10, 11].some(given)) return 'it has peepholes';
    if ([16, 17].some(given)) return 'it has a projection';
    return [20, 21, 22, 23].some(given) ? 'it is normalised' : undefined;
  },
};

const splitsMatch: NpuRule = {
  must: 'has as many outputs as it says',
  remedy: 'export the model again',
  fails: unless(
    ({ operator, outputs }) => intAttribute(operator, 'num_splits', outputs.length) === outputs.length,
    'it has another number',
  ),
};

const gatherAxis: NpuRule = {
  must: 'gathers along the first axis after those of its batch',
  remedy: 'transpose so that the gathered axis comes first',
  fails: ({ operator, inputs: [input] }) => {
    const axis = intAttribute(operator, 'axis', 0);
    const found = axis < 0 ? axis + (input?.shape?.length ?? 0) : axis;
    const batch = intAttribute(operator, 'batch_dims', 0);
    return found === batch ? undefined : `the axis is ${found} and the batch has ${batch}`;
  },
};

const scatterIndices: NpuRule = {
  must: 'has constant indices into the first axis, each once, and a constant shape',
  remedy: 'compute it in the application',
  fails: ({ inputs: [indices], parameters: [shape] }) => {
    const values = indices === undefined ? undefined : constantNumbers(indices);
    if (values === undefined || shape?.data === undefined) return 'they are computed';
    if (indices?.shape?.at(-1) !== 1) return 'they have several axes';
    return new Set(values).size === values.length ? undefined : 'one comes twice';
  },
};

const notReversed: NpuRule = {
  must: 'reverses nothing on Ethos-U55 and U65',
  remedy: 'reverse in the application',
  fails: ({ family }) => (family === 'u85' ? undefined : 'it reverses an axis'),
};

const filtered = [weightsOfEightBits, boundedWeights, constantBias];

const byType: Readonly<Record<string, readonly NpuRule[]>> = {
  ARG_MAX: [argMaxOnDepth],
  AVERAGE_POOL_2D: [averagePoolWindow, unrollableStride],
  BATCH_MATMUL: [matrixProduct],
  CONV_2D: [...filtered, unrollableStride],
  DEPTHWISE_CONV_2D: [...filtered, smallStride],
  FULLY_CONNECTED: [...filtered, denseWeights, matrixProduct],
  GATHER: [gatherAxis],
  GELU: [eightBit, sameShapeAndType],
  LOG: [int8Or16, sameShapeAndType],
  MAXIMUM: [sameScales],
  MAX_POOL_2D: [maxPoolWindow, unrollableStride],
  MEAN: [constantParameters, mean],
  MINIMUM: [sameScales],
  MIRROR_PAD: [constantParameters],
  PAD: [constantParameters],
  PADV2: [constantParameters],
  RESIZE_BILINEAR: [resizeScale, resizeFactor, alignedCorners, resizePowerOfTwo],
  RESIZE_NEAREST_NEIGHBOR: [resizeScale, resizeFactor, alignedCorners],
  REVERSE_V2: [notReversed],
  RSQRT: [int8Or16],
  SCATTER_ND: [scatterIndices],
  SLICE: [constantParameters],
  SOFTMAX: [softmaxRows],
  SPLIT: [splitsMatch],
  SPLIT_V: [splitsMatch],
  STRIDED_SLICE: [constantParameters, forwardSlices],
  TRANSPOSE: [constantParameters, transposeLimits],
  TRANSPOSE_CONV: [...filtered, transposedShape, transposedStride],
  UNIDIRECTIONAL_SEQUENCE_LSTM: [plainLstm],
};

const perAxisAllowed: ReadonlySet<string> = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'TRANSPOSE_CONV',
]);

/** The rules of one operator type besides the common ones. */
export function rulesOfType(type: string): readonly NpuRule[] {
  return [...(perAxisAllowed.has(type) ? [] : [perTensor]), ...(ownEntry(byType, type) ?? [])];
}
