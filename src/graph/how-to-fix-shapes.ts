import type { Graph } from './graph.ts';
import { dimensionNames } from './infer-shapes.ts';

/** What a user does about shapes of an ONNX graph that are not known, a sentence: names what may be set of the graph and is not. */
export function howToFixShapes(graph: Graph): string {
  const names = dimensionNames(graph);
  const [first] = names;
  if (first === undefined) return 'Give the model fixed shapes.';
  const shown = names.slice(0, 4).map((name) => `"${name}"`);
  const more = names.length > shown.length ? [`${names.length - shown.length} more`] : [];
  const list = [...shown, ...more].join(', ').replace(/, (?=[^,]*$)/, ' and ');
  return `Say what ${list} ${names.length === 1 ? 'is' : 'are'}: with "dimensions:" in edge-ready.yml, or --dimension "${first}=…".`;
}
