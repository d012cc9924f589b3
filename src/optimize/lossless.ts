import type { Graph } from '../graph/graph.ts';
import { simplifyOnnx } from '../passes/simplify.ts';
import { optimizeTflite, tflitePasses } from '../passes/tflite/optimize.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';

const simplifying = 'simplify';

/** The names of the lossless passes for a graph that ships to a target, in the order in which they run. */
export function losslessPasses({ dialect }: Graph, target: Target): readonly string[] {
  const passes = dialect === 'onnx' ? [simplifying] : tflitePasses;
  return [...passes, ...(runtimeOf(target.runtime).finish?.passes ?? [])];
}

/** The graph without work that changes nothing, whatever it ships to. With `only`, by those of the passes alone; ONNX normalisations stay on their own where they are kept. */
export function simplify(
  graph: Graph,
  only?: readonly string[],
  { keepsNorms = false }: { readonly keepsNorms?: boolean } = {},
): Graph {
  if (graph.dialect === 'tflite') return optimizeTflite(graph, only);
  const without = keepsNorms ? ['foldBatchNorm'] : [];
  return only === undefined || only.includes(simplifying) ? simplifyOnnx(graph, without) : graph;
}

/** What a graph still gains by what it ships to. With `only`, by those of the passes alone. */
export function finish(graph: Graph, target: Target, only?: readonly string[]): Graph {
  const { finish: finishing } = runtimeOf(target.runtime);
  return finishing?.apply(graph, target, only ?? finishing.passes) ?? graph;
}
