import type { Operator } from '../graph.ts';
import type { ConstantValue } from './constant-value.ts';
import { convertEvaluators } from './convert.ts';
import { elementwiseEvaluators } from './elementwise.ts';
import type { Evaluator } from './evaluator.ts';
import { generateEvaluators } from './generate.ts';
import { movementEvaluators } from './movement.ts';

const evaluators: ReadonlyMap<string, Evaluator> = new Map(
  Object.entries({ ...movementEvaluators, ...elementwiseEvaluators, ...generateEvaluators, ...convertEvaluators }),
);

/** True when some calls of this operator can be computed by {@link evaluate}. */
export function hasEvaluator(operator: Operator): boolean {
  return (operator.domain === '' || operator.domain === 'ai.onnx') && evaluators.has(operator.type);
}

/**
 * The outputs of an ONNX operator whose inputs are all known (`undefined` for those left out),
 * or `undefined` when this operator, or these types, are not computed here.
 * `DequantizeLinear` is left out on purpose: computing it would turn an integer model's weights into floats.
 */
export function evaluate(
  operator: Operator,
  inputs: readonly (ConstantValue | undefined)[],
): readonly ConstantValue[] | undefined {
  return hasEvaluator(operator) ? evaluators.get(operator.type)?.({ operator, inputs }) : undefined;
}
