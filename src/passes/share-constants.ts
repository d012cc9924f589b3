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
  const firstOf = new Map<string, TensorId>();
  graph.tensors.forEach((tensor, id) => {
    const key = keyOf(tensor);
    if (key === undefined) return;
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, id);
    else if (!rewriting.isPinned(id)) rewriting.redirect(id, first);
  });
  return rewriting.finish();
}

function keyOf(tensor: Tensor): string | undefined {
  if (tensor.data === undefined || tensor.quantization !== undefined || tensor.dtype === 'unknown') return undefined;
  const content = createHash('sha256').update(tensor.data).digest('base64');
  return `${tensor.dtype} ${JSON.stringify(tensor.shape)} ${content}`;
}
