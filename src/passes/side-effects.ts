import type { Operator } from '../graph/graph.ts';
import { nestedGraphs } from '../graph/traversal.ts';

const random: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/**
 * True for operators that must stay, and stay apart, whatever their outputs are used for:
 * random numbers (each draw moves the next), operators from outside ONNX and ONNX Runtime, and those with such an operator inside.
 */
export function hasSideEffects(operator: Operator): boolean {
  if (
    operator.domain !== '' &&
    operator.domain !== 'ai.onnx' &&
    operator.domain !== 'ai.onnx.ml' &&
    operator.domain !== 'com.microsoft'
  ) {
    return true;
  }
  return random.has(operator.type) || nestedGraphs(operator).some((graph) => graph.operators.some(hasSideEffects));
}
