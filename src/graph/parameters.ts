import { elementCount, inputTensor, isConstant } from './access.ts';
import type { DataType } from './data-type.ts';
import type { Graph, Operator, Tensor } from './graph.ts';
import { ownEntry } from './own.ts';

/** Types of shapes, axes and indices, which are not learned. */
const indexTypes: ReadonlySet<DataType> = new Set<DataType>(['int32', 'int64', 'uint32', 'uint64', 'bool', 'string']);

/** ONNX inputs that hold scales, zero points, limits or sampling factors: settings, not weights. */
const onnxSettings: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [1, 2],
  DequantizeLinear: [1, 2],
  QLinearConv: [1, 2, 4, 5, 6, 7],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  QGemm: [1, 2, 4, 5, 7, 8],
  ConvInteger: [2, 3],
  MatMulInteger: [2, 3],
  Clip: [1, 2],
  Resize: [1, 2, 3],
  Upsample: [1],
  Pad: [1, 2, 3],
  Dropout: [1, 2],
  OneHot: [1, 2],
};

/** Inputs that hold weights although their type is that of an index: biases of integer layers. */
const onnxIntegerWeights: Readonly<Record<string, readonly number[]>> = {
  DequantizeLinear: [0],
  QLinearConv: [8],
  QGemm: [6],
};

/**
 * The number of weights and biases: elements of constants that operators read, each constant once however many share it.
 * Shapes, axes, indices, scales and zero points do not count.
 */
export function graphParameters(graph: Graph): number {
  return sumOf(parametersByOperator(graph));
}

/** The weights and biases that each operator of the graph is the first to read, and as the last number those of further subgraphs. */
export function parametersByOperator(graph: Graph): readonly number[] {
  return countIn(graph, new Set());
}

function countIn(graph: Graph, seen: Set<Tensor | Uint8Array>): readonly number[] {
  const elements = (tensor: Tensor | undefined): number => {
    const key = tensor?.data ?? tensor;
    if (tensor === undefined || key === undefined || seen.has(key)) return 0;
    seen.add(key);
    return elementCount(tensor) ?? 0;
  };
  const counts = graph.operators.map((operator) => {
    let count = 0;
    operator.inputs.forEach((id, position) => {
      if (isParameter(graph, operator, position)) count += elements(graph.tensors[id ?? -1]);
    });
    for (const attribute of Object.values(operator.attributes)) {
      if (attribute.kind === 'graph') count += sumOf(countIn(attribute.value, seen));
      if (attribute.kind === 'graphs') for (const body of attribute.value) count += sumOf(countIn(body, seen));
      if (attribute.kind === 'tensor' && operator.type === 'Constant' && !indexTypes.has(attribute.value.dtype)) {
        count += elements(attribute.value);
      }
    }
    return count;
  });
  return [...counts, graph.subgraphs.reduce((sum, subgraph) => sum + sumOf(countIn(subgraph, seen)), 0)];
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** True where an operator's input is a constant that is learned: weights, a bias, a table. */
export function isParameter(graph: Graph, operator: Operator, position: number): boolean {
  const tensor = inputTensor(graph, operator, position);
  if (tensor === undefined || !isConstant(tensor)) return false;
  if (graph.dialect === 'tflite') return !indexTypes.has(tensor.dtype) || (tensor.quantization?.scale.length ?? 0) > 0;
  if (ownEntry(onnxIntegerWeights, operator.type)?.includes(position) === true) return true;
  return !indexTypes.has(tensor.dtype) && ownEntry(onnxSettings, operator.type)?.includes(position) !== true;
}
