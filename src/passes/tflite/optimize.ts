import type { Graph } from '../../graph/graph.ts';
import { foldConstants } from './fold-constants.ts';
import { foldPadding } from './fold-padding.ts';
import { fuseActivations } from './fuse-activations.ts';
import { mergeConstants } from './merge-constants.ts';
import { mergeRearrangements } from './merge-rearrangements.ts';
import { removeDeadChannels } from './remove-dead-channels.ts';
import { removeDeadOperators } from './remove-dead-operators.ts';
import { removeIdentities } from './remove-identities.ts';
import { removeMetadata } from './remove-metadata.ts';
import { removeTrainingRanges } from './remove-training-ranges.ts';
import { removeUnusedEntries } from './remove-unused-entries.ts';
import { removeUnusedSubgraphs } from './remove-unused-subgraphs.ts';
import { removeUnusedTensors } from './remove-unused-tensors.ts';

type Pass = (graph: Graph) => Graph;

/** Passes that change what is computed on the way; each gives the very same graph where it finds nothing, and one makes room for another. */
const rewriting: Readonly<Record<string, Pass>> = {
  'fold-constants': foldConstants,
  'remove-identities': removeIdentities,
  'merge-rearrangements': mergeRearrangements,
  'fold-padding': foldPadding,
  'fuse-activations': fuseActivations,
  'remove-dead-channels': removeDeadChannels,
};

/** Rounds of them at most; a round without a change ends it, and each change leaves fewer operators, channels or bytes. */
const rounds = 16;

/** Passes that drop what is not needed, each one leaving less for the next. */
const cleaning: Readonly<Record<string, Pass>> = {
  'remove-metadata': removeMetadata,
  'remove-unused': (graph) =>
    inTurn([removeUnusedEntries, removeUnusedSubgraphs, removeDeadOperators, removeTrainingRanges], graph),
  'merge-constants': mergeConstants,
};

/** The names of the passes, in the order in which they run. */
export const tflitePasses: readonly string[] = [...Object.keys(rewriting), ...Object.keys(cleaning)];

/**
 * The same model in less: outputs are bit for bit those of the given one in TensorFlow Lite Micro's arithmetic. Work that changes nothing is left out,
 * constants are shared, and what no runtime reads is gone; names of tensors stay. Applying it twice gives what applying it once gives.
 * With `only`, those of `tflitePasses` alone.
 */
export function optimizeTflite(graph: Graph, only: readonly string[] = tflitePasses): Graph {
  const chosen = (passes: Readonly<Record<string, Pass>>): readonly Pass[] =>
    Object.entries(passes).flatMap(([name, pass]) => (only.includes(name) ? [pass] : []));
  let current = graph;
  for (let round = 0; round < rounds; round++) {
    const next = inTurn(chosen(rewriting), current);
    if (next === current) break;
    current = removeDeadOperators(next);
  }
  return removeUnusedTensors(inTurn(chosen(cleaning), current));
}

function inTurn(passes: readonly Pass[], graph: Graph): Graph {
  return passes.reduce((current, pass) => pass(current), graph);
}
