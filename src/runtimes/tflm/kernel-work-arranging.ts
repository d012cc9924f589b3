import { concreteShape, inputTensor, outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { NamedWork, Situation } from './kernel-work.ts';

/** `PAD`: `arm_pad_s8` fills and copies a row of the image at a time; words where rows begin at a word, bytes else. */
export function arrangingWork({ graph, operator, type, inputs, outputs }: Situation): NamedWork | undefined {
  if (operator.type !== 'PAD' && operator.type !== 'PADV2') return undefined;
  if (type !== 'int8') return { name: 'pad', work: {} };
  const input = concreteShape(inputTensor(graph, operator, 0)?.shape) ?? [];
  const rowBytes = (input.at(-1) ?? 1) * (input.at(-2) ?? 1);
  const rows = rowBytes === 0 ? 0 : inputs / rowBytes;
  const isAligned = (input.at(-1) ?? 1) % 4 === 0;
  return { name: 'pad', work: { perRow: rows, perPatch: isAligned ? 0 : inputs, perOutput: outputs } };
}

/** Elements of the first input and the first output. */
export function isSameShape(graph: Graph, operator: Operator): boolean {
  return String(inputTensor(graph, operator, 0)?.shape) === String(outputTensor(graph, operator)?.shape);
}
