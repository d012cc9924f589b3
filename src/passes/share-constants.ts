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
  for (const alike of groups(graph.tensors.keys(), (id) => looksOf(rewriting.tensor(id)))) {
    for (const group of sameContent(graph, alike)) {
      // Every use spells the name: a long one would cost more than a small constant saves.
      const shared = group.reduce((best, id) => (nameLength(id) < nameLength(best) ? id : best));
      for (const id of group) if (id !== shared && !rewriting.isPinned(id)) rewriting.redirect(id, shared);
    }
  }
  return rewriting.finish();
}

/** Ids with the same key, where there are at least two. */
function groups(
  ids: Iterable<TensorId>,
  keyOf: (id: TensorId) => string | undefined,
): readonly (readonly TensorId[])[] {
  const byKey = new Map<string, TensorId[]>();
  for (const id of ids) {
    const key = keyOf(id);
    const group = key === undefined ? undefined : byKey.get(key);
    if (group !== undefined) group.push(id);
    else if (key !== undefined) byKey.set(key, [id]);
  }
  return [...byKey.values()].filter((group) => group.length > 1);
}

/** Tensors that look alike and are compared byte by byte, each with each, which is faster than a digest of each; more would take a time that grows with their square. */
const mostCompared = 16;

/** Of tensors that look alike, those with the same bytes. */
function sameContent(graph: Graph, alike: readonly TensorId[]): readonly (readonly TensorId[])[] {
  const dataOf = (id: TensorId): Uint8Array => graph.tensors[id]?.data as Uint8Array;
  if (alike.length > mostCompared) return groups(alike, (id) => digestOf(dataOf(id)));
  const same: TensorId[][] = [];
  for (const id of alike) {
    const group = same.find(([first]) => Buffer.compare(dataOf(first as TensorId), dataOf(id)) === 0);
    if (group === undefined) same.push([id]);
    else group.push(id);
  }
  return same.filter((group) => group.length > 1);
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

function digestOf(data: Uint8Array): string {
  const digest = digests.get(data) ?? createHash('sha256').update(data).digest('base64');
  digests.set(data, digest);
  return digest;
}
