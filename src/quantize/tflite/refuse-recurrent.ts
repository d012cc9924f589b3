import { stringAttribute } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { biases, features, inputWeights, recurrentWeights, svdfBias, times, unsupported } from './recurrent-inputs.ts';

/** Why a recurrent layer cannot become integer, to go on after its type; `undefined` where it can. */
export function refuseRecurrent(graph: Graph, operator: Operator): string | undefined {
  const activation = stringAttribute(operator, 'fused_activation_function', 'NONE');
  const isFloatConstant = (position: number) => {
    const id = operator.inputs[position];
    const tensor = typeof id === 'number' ? graph.tensors[id] : undefined;
    return tensor?.data !== undefined && tensor.dtype === 'float32';
  };
  if (operator.type === 'SVDF') {
    if (activation !== 'NONE' && activation !== 'RELU') return `has the fused activation ${activation}`;
    const bias = operator.inputs[svdfBias];
    const isConstant = isFloatConstant(features) && isFloatConstant(times);
    return isConstant && (typeof bias !== 'number' || isFloatConstant(svdfBias))
      ? undefined
      : 'has weights that are computed';
  }
  if (unsupported.some((position) => typeof operator.inputs[position] === 'number')) {
    return 'has peepholes, a projection or normalisation';
  }
  if (activation !== 'TANH') return `has the fused activation ${activation}`;
  const isConstant = [...inputWeights, ...recurrentWeights, ...biases].every(isFloatConstant);
  return isConstant ? undefined : 'has weights that are computed';
}
