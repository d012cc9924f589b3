import { isConstant, tensorAt } from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import type { Graph, Quantization, TensorId } from '../graph/graph.ts';
import type { ModelInput } from './bind-inputs.ts';

/** The inputs that an ONNX or TensorFlow Lite graph wants fed, with how their integers stand for real values where the graph says so. */
export function modelInputs(graph: Graph): readonly ModelInput[] {
  return graph.inputs.map((id) => {
    const { name, dtype, shape, quantization } = tensorAt(graph, id);
    const parameters = quantization ?? (graph.dialect === 'onnx' ? onnxInputQuantization(graph, id) : undefined);
    return { name, dtype, shape: shape ?? [], ...(parameters === undefined ? {} : { quantization: parameters }) };
  });
}

/** Operators whose quantised operands are followed by their scale and zero point (ONNX and ONNX Runtime's ContribOperators.md). */
const readsScaleNext = /^(DequantizeLinear|QLinear.*|QGemm)$/;

/** ONNX keeps the parameters with the operators that read the integers. */
function onnxInputQuantization(graph: Graph, id: TensorId): Quantization | undefined {
  for (const operator of graph.operators) {
    const position = operator.inputs.indexOf(id);
    if (position < 0 || !readsScaleNext.test(operator.type)) continue;
    const scale = numbersAt(graph, operator.inputs[position + 1]);
    if (scale?.length !== 1) continue;
    return { scale, zeroPoint: numbersAt(graph, operator.inputs[position + 2]) ?? [0], axis: 0 };
  }
  return undefined;
}

function numbersAt(graph: Graph, id: TensorId | null | undefined): readonly number[] | undefined {
  if (id === null || id === undefined) return undefined;
  const tensor = tensorAt(graph, id);
  return isConstant(tensor) ? constantNumbers(tensor) : undefined;
}
