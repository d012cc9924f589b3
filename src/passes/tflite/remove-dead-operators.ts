import { modelExtras } from '../../formats/tflite/extras.ts';
import { builtinOperators } from '../../formats/tflite/schema/operators.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { mapSubgraphs } from './subgraphs.ts';

/** Builtin operators that do something besides writing their outputs, or whose nested graphs may. */
const effectful =
  /^(CALL|CALL_ONCE|CUSTOM|DELEGATE|IF|WHILE|VAR_HANDLE|READ_VARIABLE|ASSIGN_VARIABLE|HASHTABLE\w*|RANDOM_\w+|MULTINOMIAL|STABLEHLO_(CUSTOM_CALL|WHILE|CASE|COMPOSITE|REDUCE|REDUCE_WINDOW|SORT|SCATTER|RNG_BIT_GENERATOR)|PLACEHOLDER\w*)$/;

/**
 * Removes operators whose outputs nobody reads, unless they have an effect besides: custom and unknown ones, control flow, variables, random numbers.
 *
 *     x ─┬→ CONV_2D → y                        x → CONV_2D → y
 *        └→ ADD → (nobody)                →
 *     x → ASSIGN_VARIABLE (no output)          x → ASSIGN_VARIABLE
 */
export function removeDeadOperators(graph: Graph): Graph {
  const signatures = modelExtras(graph).signatures ?? [];
  return mapSubgraphs(graph, (subgraph, index) => {
    const asked = new Set(subgraph.outputs);
    for (const signature of signatures.filter((entry) => entry.subgraph === index)) {
      for (const { tensor } of [...signature.inputs, ...signature.outputs]) asked.add(tensor);
    }
    return { ...subgraph, operators: liveOperators(subgraph, asked) };
  });
}

function liveOperators(graph: Graph, asked: Set<TensorId>): readonly Operator[] {
  const live: Operator[] = [];
  for (const operator of graph.operators.toReversed()) {
    if (!hasEffect(graph, operator) && !operator.outputs.some((id) => id !== null && asked.has(id))) continue;
    live.push(operator);
    for (const id of operator.inputs) if (id !== null) asked.add(id);
  }
  return live.length === graph.operators.length ? graph.operators : live.reverse();
}

/** True for operators that do something besides writing outputs, or may: custom and unknown ones, control flow, variables, random numbers. */
export function hasEffect(graph: Graph, operator: Operator): boolean {
  if (operator.domain !== '' || !builtinOperators.includes(operator.type) || effectful.test(operator.type)) return true;
  const touched = [...operator.inputs, ...operator.outputs];
  return touched.some((id) => id !== null && graph.tensors[id]?.variable === true);
}
