import type { Operator } from '../graph.ts';
import { controlFlowRules } from './control-flow.ts';
import { convolutionRules } from './convolution.ts';
import { elementwiseRules } from './elementwise.ts';
import { generatorRules } from './generators.ts';
import { indexingRules } from './indexing.ts';
import { matrixRules } from './matrix.ts';
import type { Rule, Rules } from './node.ts';
import { quantizationRules } from './quantization.ts';
import { recurrentRules } from './recurrent.ts';
import { reductionRules } from './reductions.ts';
import { resizeRules } from './resize.ts';
import { shapeRules } from './shape-operators.ts';
import { signalRules } from './signal.ts';

/** Every rule of shape inference, by operator type; outside ai.onnx by `domain:type`. */
export const inferenceRules: Rules = {
  ...elementwiseRules,
  ...generatorRules,
  ...convolutionRules,
  ...matrixRules,
  ...shapeRules,
  ...indexingRules,
  ...reductionRules,
  ...recurrentRules,
  ...quantizationRules,
  ...resizeRules,
  ...signalRules,
  ...controlFlowRules,
};

const byName: ReadonlyMap<string, Rule> = new Map(Object.entries(inferenceRules));

/** The rule for an operator; `undefined` when none is known, and its outputs stay as the file states them. */
export function ruleOf(operator: Operator): Rule | undefined {
  const prefix = operator.domain === '' || operator.domain === 'ai.onnx' ? '' : `${operator.domain}:`;
  return byName.get(prefix + operator.type);
}
