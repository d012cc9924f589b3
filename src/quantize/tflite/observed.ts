import { isConstant, tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { isQuantized } from '../is-quantized.ts';
import { dequantizeWeights } from './dequantize-weights.ts';
import { planIntegers } from './plan.ts';
import { observedStates } from './recurrent.ts';

/**
 * The tensors whose ranges `quantizeTflite` needs of a float graph, whatever its options: what integer operators take and make, ascending.
 * Left out: constants, results whose parameters are fixed or those of what they are moved from. None for a graph that is quantised already.
 * Calibrate on `dequantizeWeights(graph)`, which has the same ids: hybrid models do not run on microcontrollers.
 */
export function observedTensors(original: Graph): readonly TensorId[] {
  if (isQuantized(original)) return [];
  const graph = dequantizeWeights(original);
  const plan = planIntegers(graph, { activations: 'int8', float: new Map(), int16: new Set(), integerInputs: true });
  const observed = new Set<TensorId>();
  const spared = new Set<TensorId>();
  for (const [index, { rule, operands, results }] of plan.operators) {
    for (const position of operands) {
      const id = graph.operators[index]?.inputs[position];
      if (typeof id === 'number' && !isConstant(tensorAt(graph, id))) observed.add(id);
    }
    const operator = graph.operators[index];
    if (rule.kind === 'recurs' && operator !== undefined) for (const id of observedStates(operator)) observed.add(id);
    const isFixed = rule.kind === 'computes' && rule.fixed?.int8 !== undefined && rule.fixed.int16 !== undefined;
    const isMoved = rule.kind === 'moves' && rule.widens !== true;
    for (const id of results) (isFixed || isMoved ? spared : observed).add(id);
  }
  return [...observed].filter((id) => !spared.has(id)).sort((a, b) => a - b);
}
