import type { Graph } from '../graph/graph.ts';
import { nestedGraphs } from '../graph/traversal.ts';

/** ONNX operators that only integer models have: QDQ, QOperator, and dynamic quantisation, with ONNX Runtime's own. */
const integerOperators =
  /^(QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QLinear.+|QGemm|QAttention|QMoE|ConvInteger|MatMulInteger.*|DynamicQuantize.+|QOrdered.+|MatMulNBits|MatMulFpQ4|GatherBlockQuantized)$/;

const integerTypes: ReadonlySet<string> = new Set(['int8', 'uint8', 'int16', 'int4', 'uint4', 'int2']);

/**
 * True when the model computes with integers already, wholly or in part: an ONNX graph with quantising operators,
 * a TensorFlow Lite graph where an operator makes an integer tensor that has a scale.
 */
export function isQuantized(graph: Graph): boolean {
  return graph.operators.some((operator) => {
    if (graph.dialect === 'onnx') {
      return integerOperators.test(operator.type) || nestedGraphs(operator).some(isQuantized);
    }
    return operator.outputs.some((id) => {
      const tensor = id === null ? undefined : graph.tensors[id];
      return tensor !== undefined && integerTypes.has(tensor.dtype) && (tensor.quantization?.scale.length ?? 0) > 0;
    });
  });
}
