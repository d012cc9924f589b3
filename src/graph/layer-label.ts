/** What Keras calls the model around a layer, and what TensorFlow calls a saved model's only function. */
const wrapper = /^(functional|model|sequential|StatefulPartitionedCall)[_:\d]*$/i;

/** The node within a layer that does its work, by which a fused operator is best called. */
const worker = /^(convolution|conv\w*|depthwise\w*|separable_conv\w*|matmul)[_:\d]*$/i;

/**
 * A layer's name as people call it. TensorFlow Lite joins the names of all nodes that it fused (`net/relu_1/Relu6;net/conv_1_bn/add;net/conv_1/convolution`);
 * what is left is the layer that does the work, `conv_1`. Constants that several layers share bring another layer's name along, so that of two that work the one with more nodes counts.
 * Other names stay as they are.
 */
export function layerLabel(name: string): string {
  const nodes = name.split(';').map((node) => node.split('/'));
  const [first] = nodes;
  const isFused = nodes.length > 1;
  if (first === undefined || (!isFused && !(first.length > 1 && wrapper.test(first[0] ?? '')))) return name;
  const main =
    mostMentioned(
      nodes.filter((node) => worker.test(node.at(-1) ?? '')),
      nodes,
    ) ?? first;
  const inner = main.length > 1 && wrapper.test(main[0] ?? '') ? main.slice(1) : main;
  const label = (inner.length > 1 ? inner.slice(0, -1) : inner).join('/');
  return label === '' ? name : label;
}

/** The one whose layer most of the nodes lie in; the first of equals. */
function mostMentioned(
  candidates: readonly (readonly string[])[],
  nodes: readonly (readonly string[])[],
): readonly string[] | undefined {
  const mentions = candidates.map((candidate) => {
    const layer = candidate.slice(0, -1);
    return nodes.filter((node) => layer.every((part, index) => node[index] === part)).length;
  });
  return candidates[mentions.indexOf(Math.max(...mentions))];
}
