import { elementBits } from '../../../graph/data-type.ts';
import type { Tensor } from '../../../graph/graph.ts';
import type { NpuRule } from './rule.ts';
import { isShapeless, type OperatorView } from './view.ts';
import { weightSums } from './weight-sums.ts';

/** Rules for every operator, and those that many types share. Source: tflite_supported_operators*.cpp of Vela 5.2.0's compilation core. */

const maps = ({ inputs, outputs }: OperatorView): readonly Tensor[] => [...inputs, ...outputs];
const all = ({ inputs, outputs, weights, bias, parameters }: OperatorView): readonly Tensor[] => [
  ...inputs,
  ...outputs,
  ...[weights, bias].flatMap((each) => each ?? []),
  ...parameters,
];
const nameOf = ({ name }: Tensor): string => (name === '' ? 'a tensor' : `"${name}"`);

const integers = new Set(['uint8', 'int8', 'int16', 'int32', 'int64']);

export const integerMaps: NpuRule = {
  must: 'reads and writes integers (int8, uint8, int16, for some operators int32)',
  remedy:
    'quantise the model to int8 from input to output: let the recipe do it ("int8"), or export with int8 inputs and outputs',
  fails: (view) => {
    const found = maps(view).find(({ dtype }) => !integers.has(dtype) && !(view.family === 'u85' && dtype === 'bool'));
    return found === undefined ? undefined : `${nameOf(found)} is ${found.dtype}`;
  },
};

export const hasMaps: NpuRule = {
  must: 'has an input and an output',
  remedy: 'compute it when the model is exported',
  fails: ({ inputs, outputs }) =>
    inputs.length === 0 ? 'it has no input' : outputs.length === 0 ? 'it has no output' : undefined,
};

export const knownShapes: NpuRule = {
  must: 'has tensors whose shapes are known when it is compiled',
  remedy: 'export the model with fixed shapes, so that shape arithmetic folds away',
  fails: (view) => {
    const found = all(view).find(isShapeless);
    return found === undefined ? undefined : `${nameOf(found)} has no known shape, or is a computed scalar`;
  },
};

export const fixedShapes: NpuRule = {
  must: 'has open extents at most in the batch',
  remedy: 'export the model with fixed shapes',
  fails: (view) => {
    const open = (tensor: Tensor): boolean =>
      (tensor.extras?.shapeSignature as readonly number[] | undefined)?.some((each, axis) => axis > 0 && each < 0) ===
        true ||
      (tensor.shape?.some((each, axis) => axis > 0 && typeof each !== 'number') ?? false);
    const found = all(view).find(open);
    return found === undefined ? undefined : `${nameOf(found)} has an open extent`;
  },
};

/** Types whose tensors need no scales: they only move or count elements. */
const needsNoScales: ReadonlySet<string> = new Set([
  'ARG_MAX',
  'MIRROR_PAD',
  'QUANTIZE',
  'TRANSPOSE',
  'GATHER',
  'SELECT',
  'SELECT_V2',
  'SCATTER_ND',
  'PAD',
  'PADV2',
  'REDUCE_ALL',
  'REDUCE_ANY',
  'EXPAND_DIMS',
]);

export const quantized: NpuRule = {
  must: 'has scales and zero points on its inputs, outputs and weights',
  remedy: 'quantise the whole model, so that every tensor has a scale',
  fails: (view) => {
    if (needsNoScales.has(view.operator.type)) return undefined;
    const exempt = ({ dtype }: Tensor): boolean => dtype === 'int64' || dtype === 'bool' || dtype === 'int32';
    const missing = ({ quantization }: Tensor): boolean =>
      quantization === undefined || quantization.scale.length === 0 || quantization.zeroPoint.length === 0;
    const found =
      maps(view).find((tensor) => !exempt(tensor) && missing(tensor)) ??
      [view.weights].flatMap((each) => each ?? []).find(missing);
    return found === undefined ? undefined : `${nameOf(found)} has none`;
  },
};

export const perTensor: NpuRule = {
  must: 'has one scale per tensor',
  remedy: 'quantise its tensors per tensor',
  fails: (view) => {
    const found = all(view).find(
      ({ quantization }) => (quantization?.scale.length ?? 0) > 1 || (quantization?.zeroPoint.length ?? 0) > 1,
    );
    return found === undefined ? undefined : `${nameOf(found)} has one per channel`;
  },
};

export const weightsOfEightBits: NpuRule = {
  must: 'has weights of 8 bits',
  remedy: 'quantise the weights to int8',
  fails: ({ weights }) =>
    weights === undefined || elementBits(weights.dtype) === 8 ? undefined : `its weights are ${weights.dtype}`,
};

const eightBitSum = 127 * 2 ** 16;

export const boundedWeights: NpuRule = {
  must: 'has weights whose absolute values sum to no more than the accumulator holds',
  remedy: 'use a smaller filter or fewer input channels',
  fails: (view) => {
    const bits = elementBits(view.inputs[0]?.dtype ?? 'int8');
    const limit = view.family === 'u85' && bits !== 8 ? 127 * 2 ** 24 : eightBitSum;
    const largest = weightSums(view);
    return largest === undefined || largest <= limit ? undefined : `they sum to ${largest}, and ${limit} is the limit`;
  },
};

export const constantBias: NpuRule = {
  must: 'has a constant bias of int32 or int64, one for each channel',
  remedy: 'export the bias as a constant of int32',
  fails: ({ bias, family }) => {
    if (bias === undefined) return undefined;
    if (bias.data === undefined) return 'it is computed';
    if (bias.dtype !== 'int32' && bias.dtype !== 'int64') return `it is ${bias.dtype}`;
    const shape = bias.shape ?? [];
    if (shape.slice(0, -1).some((extent) => extent !== 1)) return `its shape is [${shape.join(', ')}]`;
    const limit = 2n ** (family === 'u85' ? 48n : 40n) - 1n;
    if (bias.dtype === 'int64') {
      const values = new BigInt64Array(bias.data.slice(0, bias.data.length - (bias.data.length % 8)).buffer);
      if (values.some((value) => value > limit)) return `a value is larger than ${limit}`;
    }
    return undefined;
  },
};

/** Types whose zero points nothing is asked of: they compute without them, as the reference does. */
const ignoresZeroPoints: ReadonlySet<string> = new Set([
  'AVERAGE_POOL_2D',
  'RESIZE_BILINEAR',
  'RESIZE_NEAREST_NEIGHBOR',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
]);

export const zeroPoints: NpuRule = {
  must: 'has zero points in the range of their type, and 0 for wider types',
  remedy: 'quantise int16 and int32 tensors symmetrically, with zero point 0',
  fails: (view) => {
    const { operator, family, inputs, outputs } = view;
    if (ignoresZeroPoints.has(operator.type) || (family === 'u85' && operator.type === 'DIV')) return undefined;
    const bad = family === 'u85' ? badOnU85 : badOnU55;
    const found =
      inputs.find((tensor) => tensor.quantization?.zeroPoint.some((zero) => bad(tensor, zero, true))) ??
      outputs.find((tensor) => tensor.quantization?.zeroPoint.some((zero) => bad(tensor, zero, false)));
    return found === undefined
      ? undefined
      : `${nameOf(found)} is ${found.dtype} with zero point ${found.quantization?.zeroPoint[0]}`;
  },
};

function badOnU55({ dtype }: Tensor, zero: number): boolean {
  return (elementBits(dtype) === 32 && zero !== 0) || (dtype.startsWith('u') && zero < 0);
}

function badOnU85({ dtype }: Tensor, zero: number, isInput: boolean): boolean {
  const unsigned = dtype.startsWith('u') || dtype === 'bool';
  if (!isInput) return unsigned ? zero < 0 || (zero > 255 && zero !== 32768) : zero < -128 || zero > 127;
  if (dtype === 'int8') return zero < -128 || zero > 127;
  if (dtype === 'uint8') return zero < 0 || zero > 255;
  return dtype === 'uint16' ? zero !== 0 && zero !== 32768 : zero !== 0;
}

const takes32: ReadonlySet<string> = new Set([
  'SUM',
  'ARG_MAX',
  'TRANSPOSE',
  'MIRROR_PAD',
  'ADD',
  'MUL',
  'SUB',
  'BATCH_MATMUL',
  'FULLY_CONNECTED',
  'RESHAPE',
  'SQUEEZE',
  'EXPAND_DIMS',
  'NEG',
]);

export const narrowMaps: NpuRule = {
  must: 'has feature maps of 8 or 16 bits',
  remedy: 'quantise what it reads and writes to int8',
  fails: (view) => {
    if (view.family === 'u85') return undefined;
    const { type } = view.operator;
    const tooWide = ({ dtype }: Tensor): boolean =>
      (elementBits(dtype) === 32 && !takes32.has(type)) || (elementBits(dtype) === 64 && type !== 'ARG_MAX');
    const found = maps(view).find(tooWide);
    return found === undefined ? undefined : `${nameOf(found)} is ${found.dtype}`;
  },
};

/** Rules that every operator must pass, in the order in which Vela asks. */
export const commonRules: readonly NpuRule[] = [
  integerMaps,
  hasMaps,
  knownShapes,
  fixedShapes,
  quantized,
  zeroPoints,
  narrowMaps,
];
