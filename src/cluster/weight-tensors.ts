import { concreteShape, intAttribute, tensorAt } from '../graph/access.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { ownEntry } from '../graph/own.ts';

/** A constant that convolutions or dense layers multiply with. */
export interface WeightTensor {
  readonly tensor: TensorId;
  /** The axis of the output channels. */
  readonly axis: number;
}

/** Position of the weights in an operator's inputs, and the axis of their output channels; `last` is -1. */
const tfliteWeights: Readonly<Record<string, number>> = {
  CONV_2D: 0,
  DEPTHWISE_CONV_2D: -1,
  FULLY_CONNECTED: 0,
  TRANSPOSE_CONV: 0,
};
const onnxWeights: Readonly<Record<string, (operator: Operator) => number>> = {
  Conv: () => 0,
  ConvTranspose: () => 1,
  Gemm: (operator) => (intAttribute(operator, 'transB', 0) === 1 ? 0 : 1),
  MatMul: () => -1,
};

/** All constants that only operators with weights read, and only as their weights: float32 in either dialect, int8 in TensorFlow Lite graphs. */
export function weightTensors(graph: Graph): readonly WeightTensor[] {
  const axes = new Map<TensorId, number>();
  const others = new Set<TensorId | null>(graph.outputs);
  for (const operator of graph.operators) {
    const axis = axisOf(graph, operator);
    operator.inputs.forEach((id, position) => {
      if (id === null) return;
      if (position === 1 && axis !== undefined && (axes.get(id) ?? axis) === axis) axes.set(id, axis);
      else others.add(id);
    });
  }
  return [...axes].flatMap(([tensor, axis]) => {
    const { data, dtype, shape } = tensorAt(graph, tensor);
    const extents = concreteShape(shape);
    const isTaken = dtype === 'float32' || (graph.dialect === 'tflite' && dtype === 'int8');
    if (others.has(tensor) || data === undefined || data.length === 0 || extents === undefined || !isTaken) return [];
    return [{ tensor, axis: axis < 0 ? extents.length + axis : axis }];
  });
}

function axisOf(graph: Graph, operator: Operator): number | undefined {
  if (graph.dialect === 'tflite') return operator.domain === '' ? tfliteWeights[operator.type] : undefined;
  const isStandard = operator.domain === '' || operator.domain === 'ai.onnx';
  return isStandard ? ownEntry(onnxWeights, operator.type)?.(operator) : undefined;
}
