import type { Operator } from '../graph/graph.ts';
import type { Lowering, Lowerings } from './lowerer.ts';
import { activationLowerings } from './rules/activations.ts';
import { attentionLowerings } from './rules/attention.ts';
import { controlFlowLowerings } from './rules/control-flow.ts';
import { convolutionLowerings } from './rules/convolution.ts';
import { denseLowerings } from './rules/dense.ts';
import { depthAndSpaceLowerings } from './rules/depth-and-space.ts';
import { elementwiseLowerings } from './rules/elementwise.ts';
import { fourierLowerings } from './rules/fourier.ts';
import { joiningLowerings } from './rules/joining.ts';
import { normalizationLowerings } from './rules/normalization.ts';
import { paddingLowerings } from './rules/padding.ts';
import { poolingLowerings } from './rules/pooling.ts';
import { quantizationLowerings } from './rules/quantization.ts';
import { recurrentLowerings } from './rules/recurrent.ts';
import { reductionLowerings } from './rules/reductions.ts';
import { reshapingLowerings } from './rules/reshaping.ts';
import { resizeLowerings } from './rules/resize.ts';
import { slicingLowerings } from './rules/slicing.ts';
import { softmaxLowerings } from './rules/softmax.ts';
import { transposedConvolutionLowerings } from './rules/transposed-convolution.ts';

/** Every rule by the type of its ONNX operator. */
const lowerings: Lowerings = {
  ...activationLowerings,
  ...attentionLowerings,
  ...fourierLowerings,
  ...controlFlowLowerings,
  ...convolutionLowerings,
  ...denseLowerings,
  ...depthAndSpaceLowerings,
  ...normalizationLowerings,
  ...paddingLowerings,
  ...quantizationLowerings,
  ...recurrentLowerings,
  ...resizeLowerings,
  ...slicingLowerings,
  ...elementwiseLowerings,
  ...joiningLowerings,
  ...poolingLowerings,
  ...reductionLowerings,
  ...reshapingLowerings,
  ...softmaxLowerings,
  ...transposedConvolutionLowerings,
};

/** The rule for an operator; `undefined` where there is none. */
export function loweringOf({ domain, type }: Operator): Lowering | undefined {
  const key = domain === '' || domain === 'ai.onnx' ? type : `${domain}:${type}`;
  return Object.hasOwn(lowerings, key) ? lowerings[key] : undefined;
}
