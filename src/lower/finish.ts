import { tensorAt } from '../graph/access.ts';
import { emptyGraph } from '../graph/empty-graph.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { removeUnusedTensors } from '../passes/remove-unused-tensors.ts';
import { fuseActivations } from '../passes/tflite/fuse-activations.ts';
import { mergeRearrangements } from '../passes/tflite/merge-rearrangements.ts';
import { removeDeadOperators } from '../passes/tflite/remove-dead-operators.ts';
import { withoutClampOperator } from './clamps.ts';
import { withIntegerOperators, withoutFloatScales } from './integer.ts';
import type { OpenLowerer } from './open-lowerer.ts';

/** The finished graph: activations in the operators in front, chains of RESHAPE and TRANSPOSE merged, nothing that nobody reads. */
export function finishGraph(
  { graph, tensors, operators, origins, subgraphs }: OpenLowerer,
  inputs: readonly TensorId[],
  outputs: readonly TensorId[],
): { readonly graph: Graph; readonly origins: ReadonlyMap<TensorId, TensorId> } {
  const whole: Graph = {
    ...emptyGraph('tflite', graph.name),
    tensors: [...tensors],
    operators: operators.map((operator) => named(operator, tensors)),
    inputs,
    outputs,
    subgraphs: subgraphs.map(removeUnusedTensors),
  };
  const passes = [
    removeDeadOperators,
    mergeRearrangements,
    removeDeadOperators,
    fuseActivations,
    withIntegerOperators,
    withoutClampOperator,
  ];
  const computed = passes.reduce((current, pass) => pass(current), whole);
  const rewritten = withoutFloatScales(computed);
  // The last pass numbers tensors anew, but they stay the same objects.
  const originOf = new Map<Tensor, TensorId>();
  for (const [id, origin] of origins) originOf.set(tensorAt(rewritten, id), origin);
  const finished = removeUnusedTensors(rewritten);
  const kept = new Map<TensorId, TensorId>();
  finished.tensors.forEach((tensor, id) => {
    const origin = originOf.get(tensor);
    if (origin !== undefined && tensor.data === undefined) kept.set(id, origin);
  });
  return { graph: finished, origins: kept };
}

/** Operators have the name of their first output, which may have been renamed since. */
function named(operator: Operator, tensors: readonly Tensor[]): Operator {
  return { ...operator, name: tensors[operator.outputs[0] ?? -1]?.name ?? operator.name };
}
