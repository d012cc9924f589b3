import { isConstant, tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { Edit } from './edit.ts';

/** The tensors of the graph around that nested ones are: those it captures, by name. `undefined` where one comes from further out. */
export function capturedIds(
  nested: Graph,
  idOfName: ReadonlyMap<string, TensorId>,
): Map<TensorId, TensorId> | undefined {
  const ids = new Map<TensorId, TensorId>();
  for (const { tensor, name } of nested.captures) {
    const id = idOfName.get(name);
    if (id === undefined) return undefined;
    ids.set(tensor, id);
  }
  return ids;
}

/**
 * Puts a copy of a nested graph's operators right before the operator at `index`.
 * @param prefix before the names of the operators, so that they stay unique
 * @param given by nested tensor, the tensor of this graph that it is
 * @param constants the nested graph's constants that are in this graph already; added to
 * @returns the tensor of this graph that a nested one has become
 */
export function splice(
  rewriting: Edit,
  index: number,
  { graph: nested, prefix }: { readonly graph: Graph; readonly prefix: string },
  given: ReadonlyMap<TensorId, TensorId>,
  constants = new Map<TensorId, TensorId>(),
): (id: TensorId) => TensorId {
  const ids = new Map(given);
  const idOf = (id: TensorId): TensorId => {
    const tensor = tensorAt(nested, id);
    const known = ids.get(id) ?? constants.get(id);
    if (known !== undefined) return known;
    const added = rewriting.addCopy(tensor);
    (isConstant(tensor) ? constants : ids).set(id, added);
    return added;
  };
  const mapped = (id: TensorId | null): TensorId | null => (id === null ? null : idOf(id));
  for (const inner of nested.operators) {
    rewriting.insertBefore(index, {
      ...inner,
      name: `${prefix}/${inner.name}`,
      inputs: inner.inputs.map(mapped),
      outputs: inner.outputs.map(mapped),
    });
  }
  return idOf;
}
