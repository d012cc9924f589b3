import { tensorAt } from '../graph/access.ts';
import { constantOf, tensorOf, viewOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';

/**
 * Products in place of quotients by constants, in either dialect; results may differ in the last bit. In TensorFlow Lite Micro integers have a kernel for
 * products alone, and a Cortex-M4 divides floats in 14 cycles and multiplies them in 1 (its Technical Reference Manual).
 *
 * ```
 *   x ─▶ Div(8) ─▶ y          x ─▶ Mul(0.125) ─▶ y
 * ```
 *
 * Ids of tensors stay. The very same graph where there is nothing of the kind.
 */
export function multiplyByReciprocals(graph: Graph): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const product = (operator: Operator): Operator => {
    const [dividend = null, divisor] = operator.inputs;
    const reciprocal = isQuotient(operator) && typeof divisor === 'number' ? reciprocalOf(graph, divisor) : undefined;
    if (reciprocal === undefined) return operator;
    const id = tensors.push(reciprocal) - 1;
    return { ...operator, type: operator.type === 'DIV' ? 'MUL' : 'Mul', inputs: [dividend, id] };
  };
  const operators = graph.operators.map(product);
  return tensors.length === graph.tensors.length ? graph : { ...graph, tensors, operators };
}

const isQuotient = ({ domain, type, inputs }: Operator): boolean =>
  inputs.length === 2 && (domain === '' || domain === 'ai.onnx') && (type === 'Div' || type === 'DIV');

/** Below it, numbers are held with fewer digits. */
const smallestNormal = 2 ** -126;

/** One by each element; `undefined` where one of them can't be held as exactly. */
function reciprocalOf(graph: Graph, id: TensorId): Tensor | undefined {
  const tensor = tensorAt(graph, id);
  const value = tensor.dtype === 'float32' ? viewOf(tensor) : undefined;
  if (value === undefined) return undefined;
  const reciprocals = Float32Array.from(value.elements as Float32Array, (each) => 1 / each);
  const isHeld = reciprocals.every((each) => Number.isFinite(each) && Math.abs(each) >= smallestNormal);
  return isHeld ? tensorOf(`${tensor.name}/reciprocal`, constantOf('float32', value.shape, reciprocals)) : undefined;
}
