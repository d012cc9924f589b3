import type { Graph, TensorId } from '../graph/graph.ts';
import { consumers } from '../graph/traversal.ts';

/** Operators that take an image with its channels second, and give meaning to that. */
const ofImages = new Set([
  'AveragePool',
  'BatchNormalization',
  'Conv',
  'ConvTranspose',
  'DepthToSpace',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'InstanceNormalization',
  'LRN',
  'MaxPool',
  'Resize',
  'SpaceToDepth',
  'Upsample',
]);

/** Operators after which an image's axes mean something else; nothing is known of what comes of them. */
const changesAxes =
  /^(Attention|Expand|Flatten|GRU|Gather\w*|Gemm|If|LSTM|Loop|MatMul\w*|RNN|Reshape|Scan|Shape|Size|Squeeze|Transpose|Unsqueeze)$/;

/**
 * True for an input of 3 or 4 axes that is an image, or a sequence, with channels second: some operator that reads it so is reached
 * through operators that leave axes alone. Such an input is channels-last in the TensorFlow Lite model, as its users expect; others stay as they are.
 */
export function isImageInput(graph: Graph, input: TensorId): boolean {
  const rank = graph.tensors[input]?.shape?.length ?? 0;
  if (rank < 3 || rank > 4) return false;
  const readers = consumers(graph);
  const seen = new Set<TensorId>();
  const waiting = [input];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const index of readers.get(id) ?? []) {
      const operator = graph.operators[index];
      if (operator === undefined) continue;
      const isImage = ofImages.has(operator.type) && operator.inputs[0] === id;
      if (isImage) return true;
      if (!changesAxes.test(operator.type)) waiting.push(...operator.outputs.filter((output) => output !== null));
    }
  }
  return false;
}
