import type { Graph } from '../../graph/graph.ts';

const key = 'ortVersion';

/** The graph with the version of ONNX Runtime's own format that its file says, the number that counts changes of the format (`kOrtModelVersion`); `''` where it says none. */
export function withOrtVersion(graph: Graph, version: string | undefined): Graph {
  return { ...graph, extras: { ...graph.extras, [key]: version ?? '' } };
}

/** That version of a graph that was read from a `.ort`; `undefined` of every other. */
export function ortVersionOf({ extras }: Graph): string | undefined {
  const version = extras[key];
  return typeof version === 'string' ? version : undefined;
}
