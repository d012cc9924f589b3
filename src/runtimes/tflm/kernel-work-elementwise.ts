import { inputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { NamedWork, Situation } from './kernel-work.ts';

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

/** Operators on two operands: those of different shapes go through a general and slow loop. */
export function elementwiseWork({ graph, operator }: Situation): NamedWork | undefined {
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
