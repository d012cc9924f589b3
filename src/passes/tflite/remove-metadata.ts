import type { ModelExtras, OperatorExtras } from '../../formats/tflite/extras.ts';
import { modelExtras, operatorExtras } from '../../formats/tflite/extras.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { offlineAllocation } from './offline-allocation.ts';
import { mapSubgraphs } from './subgraphs.ts';

/** Metadata that changes how a runtime loads or runs the model (LiteRT, TensorFlow Lite Micro); all other is for people and tools. */
const heeded = new Set([
  // The oldest runtime that has the operators' versions.
  'min_runtime_version',
  offlineAllocation,
  // Allows delegates half-precision arithmetic.
  'reduced_precision_support',
]);

/** Removes the description, metadata that no runtime heeds, the debug numbers that lead into it, and what follows the model in the file. */
export function removeMetadata(graph: Graph): Graph {
  const bare = mapSubgraphs(graph, (subgraph) => {
    const { debugMetadataIndex: _, ...extras } = subgraph.extras;
    return { ...subgraph, extras, operators: subgraph.operators.map(withoutDebugNumber) };
  });
  const { description: _, metadata, metadataBuffers: __, trailingBytes: ___, ...others } = modelExtras(bare);
  const kept = metadata?.filter(({ name }) => heeded.has(name)) ?? [];
  const extras: ModelExtras = { ...others, ...(kept.length === 0 ? {} : { metadata: kept }) };
  return { ...bare, extras };
}

function withoutDebugNumber(operator: Operator): Operator {
  const { debugMetadataIndex, ...kept } = operatorExtras(operator);
  if (debugMetadataIndex === undefined) return operator;
  const { extras: _, ...bare } = operator;
  return Object.keys(kept).length === 0 ? bare : { ...bare, extras: kept satisfies OperatorExtras };
}
