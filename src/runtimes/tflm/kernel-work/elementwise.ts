import { inputTensor } from '../../../graph/access.ts';
import type { Graph, Operator } from '../../../graph/graph.ts';
import { inputRadius, shareWithin } from './radius.ts';
import type { NamedWork, Situation } from './work-rule.ts';

const binary = new Set([
  'ADD',
  'SUB',
  'MUL',
  'DIV',
  'MAXIMUM',
  'MINIMUM',
  'SQUARED_DIFFERENCE',
  'FLOOR_DIV',
  'FLOOR_MOD',
]);

/**
 * Operators on two operands: those of different shapes go through a general and slow loop. `LOGISTIC` and `TANH` of int8 calculate only
 * near the zero point; how many elements lie there is taken from an even spread over all values.
 */
export function elementwiseWork({ graph, operator, type, outputs }: Situation): NamedWork | undefined {
  if (type === 'int8' && (operator.type === 'LOGISTIC' || operator.type === 'TANH')) {
    const { scale, zeroPoint } = inputTensor(graph, operator, 0)?.quantization ?? { scale: [], zeroPoint: [] };
    const share = shareWithin(inputRadius(scale[0] ?? 1, 4), zeroPoint[0] ?? 0);
    return { name: operator.type.toLowerCase(), work: { perExponential: outputs * share } };
  }
  if (operator.type === 'QUANTIZE' && inputTensor(graph, operator, 0)?.dtype !== 'float32')
    return { name: 'requantize', work: {} };
  if (!binary.has(operator.type)) return undefined;
  const plain = operator.type.toLowerCase().replaceAll('_', '-');
  return { name: isBroadcast(graph, operator) ? `${plain}-broadcast` : plain, work: {} };
}

/** True for an operator on two operands whose shapes differ. */
export function isBroadcast(graph: Graph, operator: Operator): boolean {
  if (!binary.has(operator.type)) return false;
  const [a, b] = [inputTensor(graph, operator, 0)?.shape, inputTensor(graph, operator, 1)?.shape];
  return a?.length !== b?.length || a?.some((extent, axis) => extent !== b?.[axis]) === true;
}
