import type { Graph, Shape } from '../graph/graph.ts';
import { isKnown } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, hasType, isType } from './edit.ts';
import { producerOf } from './match.ts';

/** Operators that broadcast by themselves (https://onnx.ai/onnx/repo-docs/Broadcasting.html). */
const broadcasting = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Equal',
  'Less',
  'Greater',
  'LessOrEqual',
  'GreaterOrEqual',
  'And',
  'Or',
  'Xor',
];

/**
 * What is only repeated to fit an operand is not repeated: the operator does that itself.
 *
 * ```
 *   x (1, 8) ─▶ Expand(4, 8) ─▶ Add ─▶ y          x (1, 8) ─▶ Add ─▶ y
 *   z (4, 8) ──────────────────▲                  z (4, 8) ────▲
 * ```
 */
export function removeExpansions(graph: Graph): Graph {
  if (!hasType(graph, 'Expand')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, ...broadcasting) || operator.version < 7 || operator.inputs.length !== 2) continue;
    for (const side of [0, 1] as const) {
      const source = producerOf(rewriting, operator.inputs[side], 'Expand')?.[1].inputs[0];
      const shape = (id: number | null | undefined): Shape | undefined => facts.get(id ?? -1)?.shape;
      const result = shape(operator.outputs[0]);
      const other = shape(operator.inputs[1 - side]);
      // The other operand alone must give the result its shape.
      const isCovered =
        other !== undefined &&
        other.length === result?.length &&
        other.every((extent, axis) => isKnown(extent) && extent === result[axis]);
      if (source === undefined || source === null || shape(source) === undefined || !isCovered) continue;
      const inputs = operator.inputs.map((id, position) => (position === side ? source : id));
      rewriting.replace(index, { ...operator, inputs });
      break;
    }
  }
  return rewriting.finish();
}
