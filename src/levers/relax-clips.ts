import { inputTensor } from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { removeUnusedTensors } from '../passes/remove-unused-tensors.ts';

/** Tensors that an activation with an upper bound makes, with that bound; their largest values in calibration tell whether it is ever reached. */
export function clippedTensors(graph: Graph): ReadonlyMap<TensorId, number> {
  const clipped = new Map<TensorId, number>();
  for (const operator of graph.operators) {
    const bound = upperBound(graph, operator);
    const [output] = operator.outputs;
    if (bound !== undefined && typeof output === 'number') clipped.set(output, bound);
  }
  return clipped;
}

/**
 * Turns activations that clip to [0, bound] into plain ReLUs where the largest value that calibration saw stays below the bound, so that nothing changes but
 * what scaling may do: `relu(s·x) = s·relu(x)`, while a bound would have to be scaled channel by channel.
 * @param largest by tensor, what calibration saw; tensors that are absent stay clipped.
 */
export function relaxClips(graph: Graph, largest: ReadonlyMap<TensorId, number>): Graph {
  let isChanged = false;
  const operators = graph.operators.map((operator): Operator => {
    const bound = upperBound(graph, operator);
    const seen = largest.get(operator.outputs[0] ?? -1);
    if (bound === undefined || seen === undefined || seen >= bound) return operator;
    isChanged = true;
    if (graph.dialect === 'onnx')
      return { ...operator, type: 'Relu', inputs: operator.inputs.slice(0, 1), attributes: {} };
    if (operator.type === 'RELU6') return { ...operator, type: 'RELU', version: 1 };
    const relu = { kind: 'string', value: 'RELU' } as const;
    return { ...operator, attributes: { ...operator.attributes, fused_activation_function: relu } };
  });
  return isChanged ? removeUnusedTensors({ ...graph, operators }) : graph;
}

/** The bound of an operator that clips to [0, bound]. */
function upperBound(graph: Graph, operator: Operator): number | undefined {
  if (operator.domain !== '' && operator.domain !== 'ai.onnx') return undefined;
  if (graph.dialect === 'tflite') {
    const fused = operator.attributes.fused_activation_function;
    return operator.type === 'RELU6' || (fused?.kind === 'string' && fused.value === 'RELU6') ? 6 : undefined;
  }
  if (operator.type !== 'Clip') return undefined;
  const side = (position: number, name: string): number | undefined => {
    const attribute = operator.attributes[name];
    if (attribute?.kind === 'float') return attribute.value;
    const tensor = inputTensor(graph, operator, position);
    return tensor === undefined ? undefined : constantNumbers(tensor)?.[0];
  };
  return side(1, 'min') === 0 ? side(2, 'max') : undefined;
}
