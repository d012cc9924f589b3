import type { Graph, Operator } from '../../../graph/graph.ts';
import { ownEntry } from '../../../graph/own.ts';
import { operatorView } from '../support/view.ts';
import { lstm, mean, resized, softmax } from './composed-operations.ts';
import { deepened } from './deepened.ts';
import { defaults, factsOf, type Maker } from './maker.ts';
import { elementsOf, type NpuOperation, type Volume } from './npu-operation.ts';
import { binary, copied, dense, filtered, pass, pooled, transposed } from './single-operations.ts';

/**
 * The operations of the NPU that an operator becomes; none where it only names or moves bounds of tensors.
 * Source: what Vela 5.2.0 lists for each operator of the reference models (its table of layers), and tflite_graph_optimiser.cpp.
 */
export function operationsOf(graph: Graph, operator: Operator): readonly NpuOperation[] {
  const view = operatorView(graph, operator, 'u55');
  const make = ownEntry(makers, operator.type);
  return make === undefined ? [] : make(view, factsOf(view)).map(normalised);
}

/** A window that stops once has no stride; what goes element by element over equal feature maps is folded where these are shallow. */
function normalised(operation: NpuOperation): NpuOperation {
  const { kind, kernel, ifm, ifm2, ofm } = operation;
  if (kind === 'elementwise' || isPass(operation)) {
    const isEqual = (other: Volume): boolean => other.h === ofm.h && other.w === ofm.w && other.c === ofm.c;
    const isScalar = ifm2 !== undefined && elementsOf(ifm2) === 1;
    if (!isEqual(ifm) || (ifm2 !== undefined && !isEqual(ifm2) && !isScalar)) return operation;
    const folded = deepened(ofm);
    return {
      ...operation,
      ifm: folded,
      ofm: folded,
      ...(ifm2 === undefined ? {} : { ifm2: isScalar ? ifm2 : folded }),
    };
  }
  const strideH = ofm.h === 1 ? 1 : kernel.strideH;
  const strideW = ofm.w === 1 ? 1 : kernel.strideW;
  return { ...operation, kernel: { ...kernel, strideH, strideW } };
}

/** A table, a clamp or a copy by itself. */
const isPass = ({ kind, kernel, upscale }: NpuOperation): boolean =>
  kind === 'pooling' && kernel.h * kernel.w === 1 && kernel.strideH * kernel.strideW === 1 && upscale === 1;

/** No arithmetic: the longer of reading and writing. */
const transpose: Maker = (_view, { ifm, ofm, bits }) => [{ ...defaults, ...bits, kind: 'copy', ifm, ofm }];

const makers: Readonly<Record<string, Maker>> = {
  ABS: binary('other'),
  ADD: binary('add'),
  AVERAGE_POOL_2D: pooled('other'),
  CONV_2D: filtered('convolution'),
  DEPTHWISE_CONV_2D: filtered('depthwise'),
  EXP: pass('lut'),
  FULLY_CONNECTED: dense,
  GELU: pass('lut'),
  HARD_SWISH: pass('lut'),
  LEAKY_RELU: binary('other'),
  LOG: pass('lut'),
  LOGISTIC: pass('lut'),
  MAXIMUM: binary('other'),
  MAX_POOL_2D: pooled('max-pool'),
  MEAN: mean,
  MINIMUM: binary('other'),
  MUL: binary('multiply'),
  PACK: copied,
  QUANTIZE: pass('none'),
  RELU: pass('clamp'),
  RELU6: pass('clamp'),
  RELU_0_TO_1: pass('clamp'),
  RELU_N1_TO_1: pass('clamp'),
  RESIZE_BILINEAR: resized,
  RESIZE_NEAREST_NEIGHBOR: resized,
  RSQRT: pass('lut'),
  SOFTMAX: softmax,
  SQUARED_DIFFERENCE: (view, facts) => [...binary('add')(view, facts), ...binary('multiply')(view, facts)],
  SUB: binary('add'),
  TANH: pass('lut'),
  TRANSPOSE: transpose,
  TRANSPOSE_CONV: transposed,
  UNIDIRECTIONAL_SEQUENCE_LSTM: lstm,
};
