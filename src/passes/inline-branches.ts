import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { capturedIds, splice } from './splice.ts';

/**
 * An `If` whose condition is a constant is the branch that it takes.
 *
 * ```
 *   true ─▶ If(then: x ─▶ Relu, else: x ─▶ Neg) ─▶ y          x ─▶ Relu ─▶ y
 * ```
 *
 * A branch with further graphs inside that use the branch's own tensors stays: they find them by name.
 */
export function inlineBranches(graph: Graph): Graph {
  if (!hasType(graph, 'If')) return graph;
  const rewriting = edit(graph);
  let idOfName: ReadonlyMap<string, TensorId> | undefined;
  for (const [index, operator] of rewriting.operators()) {
    const condition = isType(operator, 'If') ? rewriting.constant(operator.inputs[0]) : undefined;
    const attribute = operator.attributes[condition?.elements[0] ? 'then_branch' : 'else_branch'];
    if (condition?.elements.length !== 1 || attribute?.kind !== 'graph') continue;
    if (attribute.value.operators.some((inner) => nestedGraphs(inner).length > 0)) continue;
    idOfName ??= new Map(graph.tensors.map((tensor, id) => [tensor.name, id]));
    inline(rewriting, index, operator, attribute.value, idOfName);
  }
  return rewriting.finish();
}

function inline(
  rewriting: Edit,
  index: number,
  operator: Operator,
  branch: Graph,
  idOfName: ReadonlyMap<string, TensorId>,
): void {
  const outer = capturedIds(branch, idOfName);
  // Captured from further out: this graph has no tensor for it.
  if (outer === undefined) return;
  const computed = new Set(branch.operators.flatMap(({ outputs }) => outputs));
  const copies: (readonly [TensorId, TensorId])[] = [];
  for (const [position, id] of branch.outputs.entries()) {
    const result = operator.outputs[position];
    if (result === null || result === undefined) continue;
    if (computed.has(id) && !outer.has(id)) outer.set(id, result);
    else copies.push([id, result]);
  }
  // First of all it goes: its outputs are about to be computed by others.
  rewriting.remove(index);
  const idOf = splice(rewriting, index, { graph: branch, prefix: operator.name }, outer);
  for (const [from, to] of copies) rewriting.insertBefore(index, copyOperator(operator, idOf(from), to));
}

/** An operator that gives a tensor the name of a result of `operator`. */
export function copyOperator({ name, domain, version }: Operator, from: TensorId, to: TensorId): Operator {
  return {
    name: `${name}_output_${to}`,
    type: 'Identity',
    domain,
    version,
    inputs: [from],
    outputs: [to],
    attributes: {},
  };
}
