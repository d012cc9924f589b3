import type { Operator } from '../graph.ts';
import { arrangeRules } from './arrange.ts';
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
import { reshapeRules } from './reshape.ts';
import { resizeRules } from './resize.ts';
import { signalRules } from './signal.ts';

/** Every rule of shape inference, by operator type; outside ai.onnx by `domain:type`. */
export const inferenceRules: Rules = {
  ...elementwiseRules,
  ...generatorRules,
  ...convolutionRules,
  ...matrixRules,
  ...reshapeRules,
  ...arrangeRules,
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
