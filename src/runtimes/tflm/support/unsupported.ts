import type { Graph, Operator } from '../../../graph/graph.ts';
import { operatorPlace } from '../../../graph/operator-place.ts';
import type { Finding } from '../../../measurement/measurement.ts';
import type { KernelBuild } from '../kernels.ts';
import { modelRules, operatorRules } from './model-rules.ts';
import { type Refusal, refuseOperator } from './refuse-operator.ts';

/** Refused operators that are named one by one. */
const refusalsShown = 100;

/**
 * What TensorFlow Lite Micro refuses in a model, when it loads it or at its first inference: one finding of severity `error` per operator at most.
 * A model without any runs, on a build with these kernels. Sources of the rules: operators.json, and each check.
 */
export function unsupported(graph: Graph, library: KernelBuild['library'] = 'cmsis-nn'): readonly Finding[] {
  const graphs = [graph, ...graph.subgraphs];
  const ofModel = modelRules.flatMap(({ code, must, fails }): readonly Finding[] => {
    const failure = fails(graphs);
    if (failure === undefined) return [];
    return [finding(code, `${must}; here ${failure.found}.`, failure.where)];
  });
  const ofOperators = graphs.flatMap((each, subgraph) =>
    each.operators.flatMap((operator, index): readonly Finding[] => {
      const refusal = refuseOperator(each, operator, graphs, library) ?? refuseByInterpreter(each, operator);
      return refusal === undefined ? [] : [finding(refusal.code, refusal.message, placeOf(operator, index, subgraph))];
    }),
  );
  return [...ofModel, ...ofOperators.slice(0, refusalsShown), ...unshown(ofOperators.length)];
}

function refuseByInterpreter(
  graph: Graph,
  operator: Operator,
): (Omit<Refusal, 'code'> & { readonly code: string }) | undefined {
  for (const { code, must, fails } of operatorRules) {
    const found = fails(graph, operator);
    if (found !== undefined) {
      return { code, message: `${operator.type} ${must} in TensorFlow Lite Micro; here ${found}.` };
    }
  }
  return undefined;
}

/** In which subgraph, where it is not the main one. */
function placeOf(operator: Operator, index: number, subgraph: number): string {
  return `${subgraph === 0 ? '' : `subgraph ${subgraph} `}${operatorPlace(operator, index)}`;
}

/** Within what a Measurement holds. */
function finding(code: string, message: string, where?: string): Finding {
  return {
    code,
    severity: 'error',
    message: message.slice(0, 2000),
    ...(where === undefined ? {} : { where: where.slice(0, 400) }),
  };
}

function unshown(refused: number): readonly Finding[] {
  return refused <= refusalsShown
    ? []
    : [finding('unsupported-operator', `${refused - refusalsShown} more operators are refused.`)];
}
