import { concreteShape, elementCount, floatAttribute, inputTensor, intAttribute } from '../../graph/access.ts';
import type { NamedWork, Situation } from './kernel-work.ts';

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

/** Rows, and elements near enough to their row's maximum: what is 16 below it or more (5 integer bits, halved) counts as 0 in integer arithmetic. */
function softmax({ graph, operator, type, outputs }: Situation): NamedWork {
  const input = inputTensor(graph, operator, 0);
  const depth = concreteShape(input?.shape)?.at(-1) ?? 1;
  const scale = input?.quantization?.scale[0] ?? 1;
  const reach = 16 / (scale * floatAttribute(operator, 'beta', 1));
  const near = type === 'int8' ? Math.min(1, reach / 128) : 1;
  return { name: 'softmax', work: { perRow: outputs / depth, perExponential: outputs * near } };
}
