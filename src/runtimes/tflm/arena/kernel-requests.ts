import {
  concreteShape,
  elementCount,
  inputTensor,
  intAttribute,
  isConstant,
  outputTensor,
} from '../../../graph/access.ts';
import type { DataType } from '../../../graph/data-type.ts';
import type { Graph, Operator } from '../../../graph/graph.ts';
import { ownEntry } from '../../../graph/own.ts';
import { convolution } from '../convolution.ts';
import type { KernelBuild } from '../kernels.ts';
import { decodeRequests } from './decode-requests.ts';
import type { Requests } from './requests.ts';
import {
  averagePoolScratch,
  convolutionScratch8,
  convolutionScratch16,
  depthwiseScratch8,
  kernelSums,
  transposedScratch8,
} from './scratch.ts';
import { espConvolutionScratch, espDepthwiseScratch, espSoftmaxScratch } from './scratch-esp-nn.ts';

type Prepare = (graph: Graph, operator: Operator, build: KernelBuild) => Requests;

const nothing: Requests = { persistent: [], scratch: [] };

/**
 * What an operator's kernel asks for in its `Prepare`. Source: tensorflow/tflite-micro 90b983c, lite/micro/kernels and kernels/cmsis_nn
 * (built with KERNELS_OPTIMIZED_FOR_SPEED); espressif/esp-tflite-micro 99f49e1, lite/micro/kernels/esp_nn, which is the reference but for scratch.
 */
export function kernelRequests(graph: Graph, operator: Operator, build: KernelBuild): Requests {
  return ownEntry(prepares, operator.type)?.(graph, operator, build) ?? nothing;
}

const inputType = (graph: Graph, operator: Operator, position = 0): DataType | undefined =>
  inputTensor(graph, operator, position)?.dtype;

const isQuantised = (dtype: DataType | undefined) => dtype === 'int8' || dtype === 'int16';

const elements = (graph: Graph, operator: Operator, position: number): number => {
  const tensor = inputTensor(graph, operator, position);
  return tensor === undefined ? 0 : (elementCount(tensor) ?? 0);
};

const outputElements = (graph: Graph, operator: Operator): number => {
  const tensor = outputTensor(graph, operator);
  return tensor === undefined ? 0 : (elementCount(tensor) ?? 0);
};

const inputShape = (graph: Graph, operator: Operator, position = 0): readonly number[] =>
  concreteShape(inputTensor(graph, operator, position)?.shape) ?? [];

/** Only what is not empty is asked for. */
const ifAny = (bytes: number): readonly number[] => (bytes > 0 ? [bytes] : []);

/** A multiplier and a shift of 32 bits per output channel. */
const perChannel = (channels: number): readonly number[] => [4 * channels, 4 * channels];

/** A copy of a tensor's shape: its rank and its extents, 32 bits each. */
const shapeCopy = (rank: number): number => 4 + 4 * rank;

/** Weights of less than a byte are unpacked into a buffer of a byte each by the reference kernels. */
const unpackedFilter = (graph: Graph, operator: Operator): readonly number[] =>
  inputType(graph, operator, 1) === 'int4' ? [elements(graph, operator, 1)] : [];

const prepareConvolution: Prepare = (graph, operator, build) => {
  const shape = convolution(graph, operator);
  const dtype = inputType(graph, operator);
  if (shape === undefined || !isQuantised(dtype)) return nothing;
  const persistent = perChannel(shape.output.channels);
  if (build.library !== 'cmsis-nn') {
    const scratch = dtype === 'int8' && build.library === 'esp-nn' ? espConvolutionScratch(shape, build) : 0;
    return { persistent, scratch: [...unpackedFilter(graph, operator), ...ifAny(scratch)] };
  }
  const bytes = dtype === 'int8' ? convolutionScratch8(shape, build) : convolutionScratch16(shape, build);
  return { persistent, scratch: ifAny(bytes) };
};

const prepareDepthwise: Prepare = (graph, operator, build) => {
  const shape = convolution(graph, operator);
  const dtype = inputType(graph, operator);
  if (shape === undefined || !isQuantised(dtype)) return nothing;
  const persistent = perChannel(shape.output.channels);
  if (build.library !== 'cmsis-nn') {
    const scratch = dtype === 'int8' && build.library === 'esp-nn' ? espDepthwiseScratch(shape, build) : 0;
    return { persistent, scratch: [...unpackedFilter(graph, operator), ...ifAny(scratch)] };
  }
  const isPacked = inputType(graph, operator, 1) === 'int4';
  return { persistent, scratch: dtype === 'int8' ? ifAny(depthwiseScratch8(shape, build, isPacked)) : [] };
};

const prepareTransposed: Prepare = (graph, operator, build) => {
  const shape = convolution(graph, operator);
  if (shape === undefined) return nothing;
  const dtype = inputType(graph, operator, 2);
  const wide = dtype === 'int16' ? 8 : dtype === 'int8' ? 4 : 0;
  const accumulators = wide * outputElements(graph, operator);
  if (build.library === 'cmsis-nn' && dtype === 'int8') {
    return { persistent: perChannel(shape.output.channels), scratch: transposedScratch8(shape, build) };
  }
  const isNarrowBias = dtype === 'int16' && inputType(graph, operator, 3) === 'int16';
  const bias = isNarrowBias ? [8 * elements(graph, operator, 3)] : [];
  const persistent = build.library === 'cmsis-nn' || dtype !== 'float32' ? perChannel(shape.output.channels) : [];
  return { persistent, scratch: [...ifAny(accumulators), ...bias] };
};

const prepareFullyConnected: Prepare = (graph, operator, build) => {
  const dtype = inputType(graph, operator);
  if (!isQuantised(dtype)) return nothing;
  const filter = inputTensor(graph, operator, 1);
  const bias = inputTensor(graph, operator, 2);
  const outputs = concreteShape(outputTensor(graph, operator)?.shape) ?? [];
  const channels = outputs.at(-1) ?? 0;
  const scales = filter?.quantization?.scale.length ?? 0;
  const persistent = scales > 1 ? perChannel(scales) : [];
  if (build.library !== 'cmsis-nn') return { persistent, scratch: unpackedFilter(graph, operator) };
  if (dtype !== 'int8' || filter?.dtype === 'int4') return { persistent, scratch: [] };
  const depth = concreteShape(filter?.shape)?.at(-1) ?? 0;
  // More than two axes: it runs as a pointwise convolution, which needs its factors per channel.
  if (outputs.length > 2 && depth % 4 === 0) return { persistent, scratch: scales > 1 ? [] : [8 * channels] };
  const sums = ifAny(kernelSums(channels, build));
  const areConstant = filter !== undefined && isConstant(filter) && (bias === undefined || isConstant(bias));
  return areConstant ? { persistent: [...persistent, ...sums], scratch: [] } : { persistent, scratch: sums };
};

const prepareAveragePool: Prepare = (graph, operator, build) => {
  if (build.library !== 'cmsis-nn' || !isQuantised(inputType(graph, operator))) return nothing;
  return { persistent: [], scratch: ifAny(averagePoolScratch(inputShape(graph, operator).at(-1) ?? 0, build)) };
};

/** Two tables of 513 entries of 16 bits for the exponential and the reciprocal. */
const prepareSoftmax: Prepare = (graph, operator, build) => {
  const dtype = inputType(graph, operator);
  if (dtype === 'int16') return { persistent: [1026, 1026], scratch: [] };
  const isByte = dtype === 'int8' && outputTensor(graph, operator)?.dtype === 'int8';
  if (build.library !== 'esp-nn' || !isByte) return nothing;
  return { persistent: [], scratch: ifAny(espSoftmaxScratch(inputShape(graph, operator))) };
};

const prepareMean: Prepare = (graph, operator) => ({
  persistent: [],
  scratch: [
    ...(isQuantised(inputType(graph, operator)) ? [4 * outputElements(graph, operator)] : []),
    4 * inputShape(graph, operator).length,
    4 * elements(graph, operator, 1),
  ],
});

const prepareMinMax: Prepare = (graph, operator) => ({
  persistent: [],
  scratch: [4 * inputShape(graph, operator).length, 4 * elements(graph, operator, 1)],
});

const prepareSvdf: Prepare = (graph, operator, build) => {
  const batch = inputShape(graph, operator)[0] ?? 0;
  const filters = inputShape(graph, operator, 1)[0] ?? 0;
  const units = concreteShape(outputTensor(graph, operator)?.shape)?.at(-1) ?? 0;
  if (inputType(graph, operator) !== 'int8') return { persistent: [], scratch: [4 * batch * filters] };
  const sums = build.library === 'cmsis-nn' ? ifAny(kernelSums(filters, build)) : [];
  return { persistent: sums, scratch: [4 * batch * filters, 4 * batch * units] };
};

/** Gate buffers of one step; CMSIS-NN keeps eight sums of weights, one per gate for the input and one for the state. */
const prepareLstm: Prepare = (graph, operator, build) => {
  const [batch = 0, units = 0] = inputShape(graph, operator, 18);
  const stateType = inputType(graph, operator, 19);
  const stepBytes = batch * units * (stateType === 'int16' ? 2 : 4);
  if (build.library !== 'cmsis-nn' || stateType !== 'int16') {
    return { persistent: [], scratch: new Array<number>(4).fill(stepBytes) };
  }
  const sumBytes = units * (inputType(graph, operator) === 'int16' ? 8 : 4);
  return { persistent: new Array<number>(8).fill(sumBytes), scratch: new Array<number>(3).fill(stepBytes) };
};

/** What is not in the order that the kernel reads is transposed into memory of its own. */
const prepareBatchMatMul: Prepare = (graph, operator, build) => {
  const dtype = inputType(graph, operator);
  const elementBytes = dtype === 'float32' ? 4 : dtype === 'int16' ? 2 : 1;
  const transposed = (position: number): readonly number[] => [
    12,
    shapeCopy(inputShape(graph, operator, position).length),
    elements(graph, operator, position) * elementBytes,
  ];
  const outputs = concreteShape(outputTensor(graph, operator)?.shape) ?? [];
  const persistent = [
    ...(intAttribute(operator, 'adj_x', 0) === 1 ? transposed(0) : []),
    ...(intAttribute(operator, 'adj_y', 0) === 1 ? [] : transposed(1)),
    shapeCopy(outputs.length),
    ...(dtype === 'float32' ? [] : [28]),
  ];
  const isSummed = build.library === 'cmsis-nn' && dtype === 'int8';
  return { persistent, scratch: isSummed ? ifAny(kernelSums(outputs.at(-1) ?? 0, build)) : [] };
};

/** The output's shape is copied where the kernel may correct it. */
const prepareShapeCopy: Prepare = (graph, operator) => ({
  persistent: [shapeCopy(outputTensor(graph, operator)?.shape?.length ?? 0)],
  scratch: [],
});

/** A shape with an extent that the file leaves open (-1) is completed in a copy. */
const prepareReshape: Prepare = (graph, operator) => {
  const shape = outputTensor(graph, operator)?.shape ?? [];
  return shape.some((extent) => typeof extent !== 'number') ? prepareShapeCopy(graph, operator, plainBuild) : nothing;
};
const plainBuild: KernelBuild = { library: 'reference', vectors: 'none' };

const prepareMirrorPad: Prepare = (graph, operator) => {
  const bytes = 4 * inputShape(graph, operator).length;
  return { persistent: [], scratch: [bytes, bytes] };
};

/** State that is asked for only when int8 is added. */
const prepareAddN: Prepare = (graph, operator) => ({
  persistent: inputType(graph, operator) === 'int8' ? [40] : [],
  scratch: [4 * operator.inputs.length],
});

const stateForInt8 =
  (bytes: number): Prepare =>
  (graph, operator) =>
    inputType(graph, operator) === 'int8' ? { persistent: [bytes], scratch: [] } : nothing;

const prepares: Readonly<Record<string, Prepare>> = {
  CONV_2D: prepareConvolution,
  DEPTHWISE_CONV_2D: prepareDepthwise,
  TRANSPOSE_CONV: prepareTransposed,
  FULLY_CONNECTED: prepareFullyConnected,
  AVERAGE_POOL_2D: prepareAveragePool,
  SOFTMAX: prepareSoftmax,
  MEAN: prepareMean,
  SUM: prepareMean,
  REDUCE_MAX: prepareMinMax,
  REDUCE_MIN: prepareMinMax,
  REDUCE_ALL: prepareMinMax,
  SVDF: prepareSvdf,
  UNIDIRECTIONAL_SEQUENCE_LSTM: prepareLstm,
  BATCH_MATMUL: prepareBatchMatMul,
  GATHER: prepareShapeCopy,
  GATHER_ND: prepareShapeCopy,
  EMBEDDING_LOOKUP: (graph, operator, build) => ({
    persistent: [...prepareShapeCopy(graph, operator, build).persistent, 8],
    scratch: [],
  }),
  SPACE_TO_DEPTH: prepareShapeCopy,
  DEPTH_TO_SPACE: prepareShapeCopy,
  L2_POOL_2D: prepareShapeCopy,
  RESHAPE: prepareReshape,
  MIRROR_PAD: prepareMirrorPad,
  ADD_N: prepareAddN,
  TFLM_DECODE: decodeRequests,
  LOG_SOFTMAX: stateForInt8(28),
  CUMSUM: stateForInt8(36),
};
