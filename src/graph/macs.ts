import { concreteShape, elementCount, inputTensor, intAttribute, outputTensor, stringAttribute } from './access.ts';
import type { Graph, Operator } from './graph.ts';
import { ownEntry } from './own.ts';

/** Counts the multiply-accumulates of one operator; 0 where a shape that it needs is not known. */
type Count = (graph: Graph, operator: Operator) => number;

/**
 * Multiply-accumulates of one operator: of convolutions, dense layers, matrix products and recurrent layers, in both vocabularies;
 * 0 for everything else and where shapes are not known. An ONNX operator with nested graphs counts each body once, `If` the larger branch.
 */
export function operatorMacs(graph: Graph, operator: Operator): number {
  const count = ownEntry(graph.dialect === 'tflite' ? tfliteCounts : onnxCounts, operator.type);
  const macs = count === undefined ? nestedMacs(operator) : count(graph, operator);
  // Attributes that contradict the shapes (groups of 0, extents below 0) count as shapes that are not known.
  return Number.isFinite(macs) && macs >= 0 ? macs : 0;
}

/** Multiply-accumulates of a whole inference; TensorFlow Lite's further subgraphs count once each. */
export function graphMacs(graph: Graph): number {
  const own = graph.operators.reduce((sum, operator) => sum + operatorMacs(graph, operator), 0);
  return graph.subgraphs.reduce((sum, subgraph) => sum + graphMacs(subgraph), own);
}

function nestedMacs(operator: Operator): number {
  const bodies = Object.values(operator.attributes).flatMap((attribute) => {
    if (attribute.kind === 'graph') return [graphMacs(attribute.value)];
    return attribute.kind === 'graphs' ? attribute.value.map(graphMacs) : [];
  });
  return operator.type === 'If' ? Math.max(0, ...bodies) : bodies.reduce((sum, macs) => sum + macs, 0);
}

const elementsOfInput = (graph: Graph, operator: Operator, position: number): number => {
  const tensor = inputTensor(graph, operator, position);
  return tensor === undefined ? 0 : (elementCount(tensor) ?? 0);
};

const elementsOfOutput = (graph: Graph, operator: Operator): number => {
  const tensor = outputTensor(graph, operator);
  return tensor === undefined ? 0 : (elementCount(tensor) ?? 0);
};

/** The extent of an input along `axis`, negative ones from the end; 0 where it is not known. */
const extentOfInput = (graph: Graph, operator: Operator, position: number, axis: number): number =>
  concreteShape(inputTensor(graph, operator, position)?.shape)?.at(axis) ?? 0;

const product = (extents: readonly number[]): number => extents.reduce((all, extent) => all * extent, 1);

/** Every output element sums over all of a filter but its output-channel axis. */
const perOutput =
  (weights: number, outputChannelAxis: number): Count =>
  (graph, operator) => {
    const channels = extentOfInput(graph, operator, weights, outputChannelAxis);
    return channels === 0
      ? 0
      : elementsOfOutput(graph, operator) * (elementsOfInput(graph, operator, weights) / channels);
  };

/** Every input element is spread over all of a filter but its input-channel axis. */
const perInput =
  (input: number, weights: number, inputChannelAxis: number): Count =>
  (graph, operator) => {
    const channels = extentOfInput(graph, operator, weights, inputChannelAxis);
    return channels === 0
      ? 0
      : elementsOfInput(graph, operator, input) * (elementsOfInput(graph, operator, weights) / channels);
  };

/** `outputs × depth`, the depth being the extent that the product sums over. */
const matrixProduct =
  (left: number, depthAxis: (operator: Operator) => number): Count =>
  (graph, operator) =>
    elementsOfOutput(graph, operator) * extentOfInput(graph, operator, left, depthAxis(operator));

const lastAxis = (): number => -1;

/** All weights of a recurrent layer are used once per step and batch item; `steps` are the two outer extents of the input. */
const recurrent =
  (weights: readonly number[], outerAxes: number): Count =>
  (graph, operator) => {
    const input = concreteShape(inputTensor(graph, operator, 0)?.shape);
    if (input === undefined) return 0;
    const steps = product(input.slice(0, outerAxes));
    return steps * weights.reduce((sum, position) => sum + elementsOfInput(graph, operator, position), 0);
  };

/**
 * Scaled dot-product attention: scores and weighted values. ai.onnx takes queries, keys and values; com.microsoft's takes the input
 * and projects it with one weight `[hidden, 3 * hidden]` first.
 */
const attention: Count = (graph, operator) => {
  const queries = elementsOfInput(graph, operator, 0);
  const outputs = elementsOfOutput(graph, operator);
  if (operator.domain === '') return extentOfInput(graph, operator, 1, -2) * (queries + outputs);
  const length = extentOfInput(graph, operator, 0, 1);
  return queries * extentOfInput(graph, operator, 1, -1) + 2 * length * outputs;
};

/** `Einsum` of two operands: the product of the extents of all its letters. */
const einsum: Count = (graph, operator) => {
  const terms = stringAttribute(operator, 'equation', '').replaceAll(' ', '').split('->')[0]?.split(',') ?? [];
  if (terms.length !== 2) return 0;
  const extents = new Map<string, number>();
  terms.forEach((term, position) => {
    const shape = concreteShape(inputTensor(graph, operator, position)?.shape) ?? [];
    [...term].forEach((letter, axis) => void extents.set(letter, shape[axis] ?? 0));
  });
  return product([...extents.values()]);
};

const convolution = perOutput(1, 0);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Filter layouts: https://www.tensorflow.org/mlir/tfl_ops. */
const tfliteCounts: Readonly<Record<string, Count>> = {
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: perOutput(1, 3),
  TRANSPOSE_CONV: perInput(2, 1, 3),
  CONV_3D: perOutput(1, 4),
  CONV_3D_TRANSPOSE: perInput(2, 1, 4),
  FULLY_CONNECTED: matrixProduct(1, lastAxis),
  BATCH_MATMUL: matrixProduct(0, (operator) => (intAttribute(operator, 'adj_x', 0) === 1 ? -2 : -1)),
  SVDF: recurrent([1, 2], 1),
  RNN: recurrent([1, 2], 1),
  UNIDIRECTIONAL_SEQUENCE_RNN: recurrent([1, 2], 2),
  BIDIRECTIONAL_SEQUENCE_RNN: recurrent([1, 2, 5, 6], 2),
  LSTM: recurrent([...range(1, 11), 16], 1),
  UNIDIRECTIONAL_SEQUENCE_LSTM: recurrent([...range(1, 11), 16], 2),
  BIDIRECTIONAL_SEQUENCE_LSTM: recurrent([...range(1, 11), 16, ...range(18, 28), 33], 2),
};

/** Filter layouts: https://onnx.ai/onnx/operators and ONNX Runtime's ContribOperators.md. */
const onnxCounts: Readonly<Record<string, Count>> = {
  Conv: convolution,
  FusedConv: convolution,
  NhwcFusedConv: convolution,
  ConvInteger: convolution,
  DeformConv: convolution,
  QLinearConv: perOutput(3, 0),
  ConvTranspose: perInput(0, 1, 0),
  Gemm: matrixProduct(0, (operator) => (intAttribute(operator, 'transA', 0) === 1 ? 0 : -1)),
  FusedGemm: matrixProduct(0, (operator) => (intAttribute(operator, 'transA', 0) === 1 ? 0 : -1)),
  QGemm: matrixProduct(0, (operator) => (intAttribute(operator, 'transA', 0) === 1 ? 0 : -1)),
  MatMul: matrixProduct(0, lastAxis),
  FusedMatMul: matrixProduct(0, (operator) => (intAttribute(operator, 'transA', 0) === 1 ? -2 : -1)),
  MatMulInteger: matrixProduct(0, lastAxis),
  MatMulIntegerToFloat: matrixProduct(0, lastAxis),
  DynamicQuantizeMatMul: matrixProduct(0, lastAxis),
  MatMulNBits: matrixProduct(0, lastAxis),
  QLinearMatMul: matrixProduct(0, lastAxis),
  LSTM: recurrent([1, 2], 2),
  GRU: recurrent([1, 2], 2),
  RNN: recurrent([1, 2], 2),
  DynamicQuantizeLSTM: recurrent([1, 2], 2),
  Attention: attention,
  Einsum: einsum,
};
