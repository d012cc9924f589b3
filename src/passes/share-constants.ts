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
  const nameLength = (id: TensorId): number => rewriting.tensor(id).name.length;
  for (const alike of groups(graph, looksOf)) {
    for (const group of groups(graph, contentOf, alike)) {
      // Every use spells the name: a long one would cost more than a small constant saves.
      const shared = group.reduce((best, id) => (nameLength(id) < nameLength(best) ? id : best));
      for (const id of group) if (id !== shared && !rewriting.isPinned(id)) rewriting.redirect(id, shared);
    }
  }
  return rewriting.finish();
}

/** Tensors with the same key, where there are at least two. */
function groups(
  graph: Graph,
  keyOf: (tensor: Tensor) => string | undefined,
  ids: readonly TensorId[] = graph.tensors.map((_, id) => id),
): readonly (readonly TensorId[])[] {
  const byKey = new Map<string, TensorId[]>();
  for (const id of ids) {
    const key = keyOf(graph.tensors[id] as Tensor);
    const group = key === undefined ? undefined : byKey.get(key);
    if (group !== undefined) group.push(id);
    else if (key !== undefined) byKey.set(key, [id]);
  }
  return [...byKey.values()].filter((group) => group.length > 1);
}

const looks = new WeakMap<Tensor, string>();

/** What is cheap to tell apart: type, shape, and some bytes. */
function looksOf(tensor: Tensor): string | undefined {
  const { data, quantization, dtype, shape } = tensor;
  if (data === undefined || quantization !== undefined || dtype === 'unknown') return undefined;
  const known = looks.get(tensor);
  if (known !== undefined) return known;
  const { length } = data;
  let text = `${dtype} ${shape?.join()} ${length}`;
  for (let i = 0; i < 16; i++) text += ` ${data[Math.floor((i * length) / 16)]}`;
  looks.set(tensor, text);
  return text;
}

const digests = new WeakMap<Uint8Array, string>();

function contentOf({ data }: Tensor): string | undefined {
  if (data === undefined) return undefined;
  const digest = digests.get(data) ?? createHash('sha256').update(data).digest('base64');
  digests.set(data, digest);
  return digest;
}
