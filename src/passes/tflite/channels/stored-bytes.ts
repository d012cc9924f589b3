import type { Graph } from '../../../graph/graph.ts';

/**
 * Bytes that the file keeps for the constants and scales that operators use, equal ones once: content, 4 bytes a scale, 8 a zero point
 * (TensorFlow Lite schema 3: `scale: [float]`, `zero_point: [long]`).
 */
export function storedBytes(graph: Graph): number {
  const used = new Set(graph.operators.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  const contents = new Set<Uint8Array>();
  const vectors = new Map<string, number>();
  for (const id of used) {
    const tensor = id === null ? undefined : graph.tensors[id];
    if (tensor?.data !== undefined) contents.add(tensor.data);
    const { scale = [], zeroPoint = [] } = tensor?.quantization ?? {};
    vectors.set(`scale ${scale.join()}`, 4 * scale.length);
    vectors.set(`zero point ${zeroPoint.join()}`, 8 * zeroPoint.length);
  }
  const sum = (sizes: Iterable<number>) => [...sizes].reduce((all, bytes) => all + bytes, 0);
  return sum([...contents].map(({ byteLength }) => byteLength)) + sum(vectors.values());
}
