import { createHash } from 'node:crypto';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import { edit } from './edit.ts';

/**
 * Constants of the same type, shape and content become one.
 *
 * ```
 *   A = [1, 64] ─▶ Reshape        A = [1, 64] ─▶ Reshape
 *   B = [1, 64] ─▶ Reshape                  └──▶ Reshape
 * ```
 *
 * Bytes decide, so `0` and `−0` stay apart. Constants that are graph outputs or used in nested graphs keep their names.
 */
export function shareConstants(graph: Graph): Graph {
  const rewriting = edit(graph);
  const groups = new Map<string, TensorId[]>();
  graph.tensors.forEach((tensor, id) => {
    const key = keyOf(tensor);
    const group = key === undefined ? undefined : groups.get(key);
    if (group !== undefined) group.push(id);
    else if (key !== undefined) groups.set(key, [id]);
  });
  const nameLength = (id: TensorId): number => rewriting.tensor(id).name.length;
  for (const group of groups.values()) {
    // Every use spells the name: a long one would cost more than a small constant saves.
    const shared = group.reduce((best, id) => (nameLength(id) < nameLength(best) ? id : best));
    for (const id of group) if (id !== shared && !rewriting.isPinned(id)) rewriting.redirect(id, shared);
  }
  return rewriting.finish();
}

function keyOf(tensor: Tensor): string | undefined {
  if (tensor.data === undefined || tensor.quantization !== undefined || tensor.dtype === 'unknown') return undefined;
  const content = createHash('sha256').update(tensor.data).digest('base64');
  return `${tensor.dtype} ${JSON.stringify(tensor.shape)} ${content}`;
}
