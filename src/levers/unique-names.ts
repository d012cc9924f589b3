import type { Graph } from '../graph/graph.ts';

/** A TensorFlow Lite graph whose computed tensors can be found again by name after quantising: there names may be empty or repeated. Inputs keep theirs, as samples are given by name. */
export function withUniqueNames(graph: Graph): Graph {
  if (graph.dialect === 'onnx') return graph;
  const tensors = graph.tensors.map((tensor, id) =>
    graph.inputs.includes(id) ? tensor : { ...tensor, name: `${id} ${tensor.name}` },
  );
  return { ...graph, tensors };
}
