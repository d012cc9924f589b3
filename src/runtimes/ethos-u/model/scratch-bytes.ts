import { tensorBytes } from '../../../graph/access.ts';
import type { Graph } from '../../../graph/graph.ts';
import { roundUp } from './block.ts';
import { views } from './kept-tensors.ts';
import { volumeOf } from './maker.ts';
import type { Step } from './steps.ts';

/**
 * What lies between the operations of one operator: of a softmax two maps of int32, and three values a row;
 * of a window with its activation apart what it hands over, where a view of the result comes next (else the activation overwrites it).
 */
export function scratchBytes(graph: Graph, index: number, steps: readonly Step[]): number {
  const operator = graph.operators[index];
  if (operator === undefined) return 0;
  const [input = -1] = operator.inputs;
  const [output = -1] = operator.outputs;
  if (operator.type === 'SOFTMAX') {
    const { h, w, c } = volumeOf(graph.tensors[input ?? -1]);
    return h * w * (2 * 4 * roundUp(c, 16) + 3 * 4 * 16);
  }
  if (!steps.some(({ operator: of, isApart }) => of === index && isApart === true)) return 0;
  const isViewed = graph.operators.some(({ type, inputs }) => views.has(type) && inputs.includes(output));
  const tensor = graph.tensors[output ?? -1];
  return isViewed && tensor !== undefined ? roundUp(tensorBytes(tensor) ?? 0, 16) : 0;
}
