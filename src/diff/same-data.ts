import type { Graph } from '../graph/graph.ts';

/** True when two graphs that were read from the same bytes hold the same data: an ONNX file may keep its tensors in others beside it, which may differ. */
export function hasSameData(one: Graph, other: Graph): boolean {
  return (
    one.tensors.length === other.tensors.length &&
    one.tensors.every(({ data }, index) => isSame(data, other.tensors[index]?.data))
  );
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && Buffer.compare(one, other) === 0);
}
