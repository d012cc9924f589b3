import { intAttribute } from '../../../../graph/access.ts';
import type { Place } from '../rule.ts';
import { type OwnRules, ownRule } from './own-rule.ts';

/** Rules of operators that run other subgraphs of the model. */
export const controlFlowRules: OwnRules = {
  branches: ownRule(
    'unsupported-operator',
    'needs two subgraphs of the model that take its `values` and give its `results`',
    (place) =>
      misfit(place, 'then_subgraph_index', place.operator.inputs.length - 1, place.operator.outputs.length) ??
      misfit(place, 'else_subgraph_index', place.operator.inputs.length - 1, place.operator.outputs.length),
  ),
  'loop-body': ownRule(
    'unsupported-operator',
    'needs as many `results` as `values`, a subgraph that judges them and one that computes them',
    (place) => {
      const { inputs, outputs } = place.operator;
      if (inputs.length !== outputs.length) return `there are ${outputs.length} and ${inputs.length}`;
      return (
        misfit(place, 'cond_subgraph_index', inputs.length, undefined) ??
        misfit(place, 'body_subgraph_index', inputs.length, outputs.length)
      );
    },
  ),
  'called-subgraph': ownRule('unsupported-operator', 'needs a subgraph of the model to call', (place) =>
    misfit(place, 'init_subgraph_index', undefined, undefined),
  ),
};

function misfit(
  { operator, graphs }: Place,
  option: string,
  inputs: number | undefined,
  outputs: number | undefined,
): string | undefined {
  const index = intAttribute(operator, option, 0);
  const graph = graphs[index];
  if (graph === undefined) return `there is no subgraph ${index}`;
  if (inputs !== undefined && graph.inputs.length !== inputs) {
    return `subgraph ${index} takes ${graph.inputs.length}, not ${inputs}`;
  }
  return outputs !== undefined && graph.outputs.length !== outputs && graph.outputs.length !== 0
    ? `subgraph ${index} gives ${graph.outputs.length}, not ${outputs}`
    : undefined;
}
