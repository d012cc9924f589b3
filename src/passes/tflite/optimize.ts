import type { Graph } from '../../graph/graph.ts';
import { mergeConstants } from './merge-constants.ts';
import { removeDeadChannels } from './remove-dead-channels.ts';
import { removeDeadOperators } from './remove-dead-operators.ts';
import { removeMetadata } from './remove-metadata.ts';
import { removeTrainingRanges } from './remove-training-ranges.ts';
import { removeUnusedEntries } from './remove-unused-entries.ts';
import { removeUnusedSubgraphs } from './remove-unused-subgraphs.ts';
import { removeUnusedTensors } from './remove-unused-tensors.ts';

/** The lossless passes, each one leaving less for the next. */
const passes: readonly ((graph: Graph) => Graph)[] = [
  removeMetadata,
  removeUnusedEntries,
  removeUnusedSubgraphs,
  removeDeadOperators,
  removeDeadChannels,
  removeTrainingRanges,
  mergeConstants,
  removeUnusedTensors,
];

/**
 * The same model in fewer bytes: outputs are bit for bit those of the given one. Constants are shared, and what no runtime reads is gone;
 * names of tensors stay. Applying it twice gives what applying it once gives.
 */
export function optimizeTflite(graph: Graph): Graph {
  return passes.reduce((optimized, pass) => pass(optimized), graph);
}
