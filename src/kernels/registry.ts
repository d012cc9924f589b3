import type { Operator } from '../graph/graph.ts';
import { abs } from './abs.ts';
import { add, subtract } from './add.ts';
import { addN } from './add-n.ts';
import { argMax, argMin } from './arg-max.ts';
import { batchMatmul } from './batch-matmul.ts';
import { broadcastArgs, broadcastTo } from './broadcast-to.ts';
import { cast } from './cast.ts';
import { circularBuffer } from './circular-buffer.ts';
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from './comparison.ts';
import { concatenation } from './concatenation.ts';
import { callOnce, ifElse, whileLoop } from './control-flow.ts';
import { convolution } from './convolution.ts';
import { cumulativeSum } from './cumulative-sum.ts';
import { decode } from './decode.ts';
import { depthwiseConvolution } from './depthwise-convolution.ts';
import { detectionPostprocess } from './detection-postprocess.ts';
import { divide } from './divide.ts';
import { dynamicUpdateSlice } from './dynamic-update-slice.ts';
import { elu } from './elu.ts';
import { embeddingLookup } from './embedding-lookup.ts';
import { fill, shape, zerosLike } from './fill.ts';
import { floorDiv, floorMod } from './floor-div.ts';
import { fullyConnected } from './fully-connected.ts';
import { gather, gatherNd } from './gather.ts';
import { hardSwish } from './hard-swish.ts';
import type { Kernel } from './kernel.ts';
import { l2Normalization } from './l2-normalization.ts';
import { l2Pool } from './l2-pool.ts';
import { leakyRelu, prelu } from './leaky-relu.ts';
import { logSoftmax } from './log-softmax.ts';
import { logicalAnd, logicalOr } from './logical.ts';
import { logistic, tanh } from './logistic.ts';
import { lstm } from './lstm.ts';
import { maximum, minimum } from './maximum-minimum.ts';
import { mirrorPad } from './mirror-pad.ts';
import { multiply } from './multiply.ts';
import { pack, unpack } from './pack.ts';
import { pad } from './pad.ts';
import { averagePool, maxPool } from './pooling.ts';
import { dequantize, quantize } from './quantize.ts';
import { reciprocalSquareRoot } from './reciprocal-square-root.ts';
import { mean, reduceAll, reduceMax, reduceMin, sum } from './reduce.ts';
import { relu, relu6 } from './relu.ts';
import { reshape } from './reshape.ts';
import { resizeBilinear } from './resize-bilinear.ts';
import { resizeNearestNeighbor } from './resize-nearest-neighbor.ts';
import { reverseV2 } from './reverse.ts';
import { selectV2 } from './select.ts';
import { delay } from './signal/delay.ts';
import { energy } from './signal/energy.ts';
import { fftAutoScale } from './signal/fft-auto-scale.ts';
import { filterBank } from './signal/filter-bank.ts';
import { filterBankLog } from './signal/filter-bank-log.ts';
import { filterBankSquareRoot } from './signal/filter-bank-square-root.ts';
import { framer } from './signal/framer.ts';
import { overlapAdd } from './signal/overlap-add.ts';
import { pcan } from './signal/pcan.ts';
import { irfft, rfft } from './signal/rfft.ts';
import { filterBankSpectralSubtraction } from './signal/spectral-subtraction.ts';
import { stacker } from './signal/stacker.ts';
import { window } from './signal/window.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { batchToSpaceNd, spaceToBatchNd } from './space-to-batch.ts';
import { depthToSpace, spaceToDepth } from './space-to-depth.ts';
import { split, splitV } from './split.ts';
import { squaredDifference } from './squared-difference.ts';
import { expandDims, squeeze } from './squeeze.ts';
import { stridedSlice } from './strided-slice.ts';
import { svdf } from './svdf.ts';
import { transpose } from './transpose.ts';
import { transposeConvolution } from './transpose-convolution.ts';
import { ceil, cos, exp, floor, log, logicalNot, neg, round, sin, sqrt, square } from './unary.ts';
import { assignVariable, readVariable, varHandle } from './variables.ts';

/** Every kernel by its operator's type; custom operators as `custom:` and their code. */
const kernels: Readonly<Record<string, Kernel>> = {
  ABS: abs,
  ADD: add,
  ADD_N: addN,
  ARG_MAX: argMax,
  ARG_MIN: argMin,
  ASSIGN_VARIABLE: assignVariable,
  AVERAGE_POOL_2D: averagePool,
  BATCH_MATMUL: batchMatmul,
  BATCH_TO_SPACE_ND: batchToSpaceNd,
  BROADCAST_ARGS: broadcastArgs,
  BROADCAST_TO: broadcastTo,
  CALL_ONCE: callOnce,
  CAST: cast,
  CEIL: ceil,
  CONCATENATION: concatenation,
  CONV_2D: convolution,
  COS: cos,
  CUMSUM: cumulativeSum,
  DEPTHWISE_CONV_2D: depthwiseConvolution,
  DEPTH_TO_SPACE: depthToSpace,
  DEQUANTIZE: dequantize,
  DIV: divide,
  DYNAMIC_UPDATE_SLICE: dynamicUpdateSlice,
  ELU: elu,
  EMBEDDING_LOOKUP: embeddingLookup,
  EQUAL: equal,
  EXP: exp,
  EXPAND_DIMS: expandDims,
  FILL: fill,
  FLOOR: floor,
  FLOOR_DIV: floorDiv,
  FLOOR_MOD: floorMod,
  FULLY_CONNECTED: fullyConnected,
  GATHER: gather,
  GATHER_ND: gatherNd,
  GREATER: greater,
  GREATER_EQUAL: greaterEqual,
  HARD_SWISH: hardSwish,
  IF: ifElse,
  L2_NORMALIZATION: l2Normalization,
  L2_POOL_2D: l2Pool,
  LEAKY_RELU: leakyRelu,
  LESS: less,
  LESS_EQUAL: lessEqual,
  LOG: log,
  LOGICAL_AND: logicalAnd,
  LOGICAL_NOT: logicalNot,
  LOGICAL_OR: logicalOr,
  LOGISTIC: logistic,
  LOG_SOFTMAX: logSoftmax,
  MAXIMUM: maximum,
  MAX_POOL_2D: maxPool,
  MEAN: mean,
  MINIMUM: minimum,
  MIRROR_PAD: mirrorPad,
  MUL: multiply,
  NEG: neg,
  NOT_EQUAL: notEqual,
  PACK: pack,
  PAD: pad,
  PADV2: pad,
  PRELU: prelu,
  QUANTIZE: quantize,
  READ_VARIABLE: readVariable,
  REDUCE_ALL: reduceAll,
  REDUCE_MAX: reduceMax,
  REDUCE_MIN: reduceMin,
  RELU: relu,
  RELU6: relu6,
  RESHAPE: reshape,
  RESIZE_BILINEAR: resizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: resizeNearestNeighbor,
  REVERSE_V2: reverseV2,
  ROUND: round,
  RSQRT: reciprocalSquareRoot,
  SELECT_V2: selectV2,
  SHAPE: shape,
  SIN: sin,
  SLICE: slice,
  SOFTMAX: softmax,
  SPACE_TO_BATCH_ND: spaceToBatchNd,
  SPACE_TO_DEPTH: spaceToDepth,
  SPLIT: split,
  SPLIT_V: splitV,
  SQRT: sqrt,
  SQUARE: square,
  SQUARED_DIFFERENCE: squaredDifference,
  SQUEEZE: squeeze,
  STRIDED_SLICE: stridedSlice,
  SUB: subtract,
  SUM: sum,
  SVDF: svdf,
  TANH: tanh,
  TRANSPOSE: transpose,
  TRANSPOSE_CONV: transposeConvolution,
  UNIDIRECTIONAL_SEQUENCE_LSTM: lstm,
  UNPACK: unpack,
  VAR_HANDLE: varHandle,
  WHILE: whileLoop,
  ZEROS_LIKE: zerosLike,
  'custom:CIRCULAR_BUFFER': circularBuffer,
  'custom:SignalDelay': delay,
  'custom:SignalEnergy': energy,
  'custom:SignalFftAutoScale': fftAutoScale,
  'custom:SignalFilterBank': filterBank,
  'custom:SignalFilterBankLog': filterBankLog,
  'custom:SignalFilterBankSpectralSubtraction': filterBankSpectralSubtraction,
  'custom:SignalFilterBankSquareRoot': filterBankSquareRoot,
  'custom:SignalFramer': framer,
  'custom:SignalIrfft': irfft,
  'custom:SignalOverlapAdd': overlapAdd,
  'custom:SignalPCAN': pcan,
  'custom:SignalRfft': rfft,
  'custom:SignalStacker': stacker,
  'custom:SignalWindow': window,
  'custom:TFLM_DECODE': decode,
  'custom:TFLite_Detection_PostProcess': detectionPostprocess,
};

/** Names of all kernels, as above. */
export const kernelNames: readonly string[] = Object.keys(kernels);

/** The kernel of an operator; `undefined` when there is none. */
export function kernelOf(operator: Operator): Kernel | undefined {
  const key = operator.domain === '' ? operator.type : `${operator.domain}:${operator.type}`;
  return Object.hasOwn(kernels, key) ? kernels[key] : undefined;
}
