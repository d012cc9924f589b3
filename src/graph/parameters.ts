import { elementCount, isConstant } from './access.ts';
import type { DataType } from './data-type.ts';
import type { Graph, Operator, Tensor, TensorId } from './graph.ts';
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
  const seen = new Set<Tensor | Uint8Array>();
  return countIn(graph, seen);
}

function countIn(graph: Graph, seen: Set<Tensor | Uint8Array>): number {
  let count = 0;
  const add = (tensor: Tensor | undefined) => {
    const key = tensor?.data ?? tensor;
    if (tensor === undefined || key === undefined || seen.has(key)) return;
    seen.add(key);
    count += elementCount(tensor) ?? 0;
  };
  for (const operator of graph.operators) {
    operator.inputs.forEach((id, position) => {
      if (id !== null && isParameter(graph, operator, position, id)) add(graph.tensors[id]);
    });
    for (const attribute of Object.values(operator.attributes)) {
      if (attribute.kind === 'graph') count += countIn(attribute.value, seen);
      if (attribute.kind === 'graphs') for (const body of attribute.value) count += countIn(body, seen);
      if (attribute.kind === 'tensor' && operator.type === 'Constant' && !indexTypes.has(attribute.value.dtype)) {
        add(attribute.value);
      }
    }
  }
  for (const subgraph of graph.subgraphs) count += countIn(subgraph, seen);
  return count;
}

function isParameter(graph: Graph, operator: Operator, position: number, id: TensorId): boolean {
  const tensor = graph.tensors[id];
  if (tensor === undefined || !isConstant(tensor)) return false;
  if (graph.dialect === 'tflite') return !indexTypes.has(tensor.dtype) || (tensor.quantization?.scale.length ?? 0) > 0;
  if (ownEntry(onnxIntegerWeights, operator.type)?.includes(position) === true) return true;
  return !indexTypes.has(tensor.dtype) && ownEntry(onnxSettings, operator.type)?.includes(position) !== true;
}
