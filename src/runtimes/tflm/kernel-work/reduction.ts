import { concreteShape, elementCount, floatAttribute, inputTensor, intAttribute } from '../../../graph/access.ts';
import { inputRadius } from './radius.ts';
import type { NamedWork, Situation } from './work-rule.ts';

const reductions = new Set(['MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_ALL', 'REDUCE_ANY', 'REDUCE_PROD']);

/**
 * Reductions walk through the input element by element, stepping one index per dimension and looking for it among the axes (`reference_ops::Reduce`);
 * a float mean over height and width that keeps its dimensions has a loop of its own. Softmax takes exponentials of what is not negligible.
 */
export function reductionWork(situation: Situation): NamedWork | undefined {
  const { operator } = situation;
  if (operator.type === 'SOFTMAX') return softmax(situation);
  if (!reductions.has(operator.type)) return undefined;
  const { graph, type, inputs } = situation;
  const name = operator.type.toLowerCase().replaceAll('_', '-');
  const rank = concreteShape(inputTensor(graph, operator, 0)?.shape)?.length ?? 0;
  const axisTensor = inputTensor(graph, operator, 1);
  const axes = axisTensor === undefined ? 0 : (elementCount(axisTensor) ?? 0);
  const isPlane = operator.type === 'MEAN' && type === 'float32' && rank === 4 && axes === 2;
  if (isPlane && intAttribute(operator, 'keep_dims', 0) === 1) return { name: 'mean-plane', work: {} };
  return { name, work: { perIndex: inputs * rank, perAxisIndex: inputs * rank * axes } };
}

/** Rows, and elements whose exponential is taken: those near enough to their row's maximum, if they are spread evenly over all values. */
function softmax({ graph, operator, type, outputs }: Situation): NamedWork {
  const input = inputTensor(graph, operator, 0);
  const depth = concreteShape(input?.shape)?.at(-1) ?? 1;
  const scale = (input?.quantization?.scale[0] ?? 1) * floatAttribute(operator, 'beta', 1);
  const share = type === 'int8' ? Math.min(1, inputRadius(scale, 5) / 256) : 1;
  return { name: 'softmax', work: { perRow: outputs / depth, perExponential: outputs * share } };
}
