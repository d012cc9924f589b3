import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import { outputTensor } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { graphMacs, operatorMacs } from '../graph/macs.ts';
import { graphParameters } from '../graph/parameters.ts';
import { type ChannelGroups, channelGroups, layerInputGroups } from '../levers/channel-groups.ts';
import { type ChannelStatistics, channelStatistics, patchMeans, type Samples } from '../levers/layer-statistics.ts';
import { weightedLayers } from '../levers/layer-weights.ts';
import { type PatchMoments, patchMoments } from '../levers/patch-moments.ts';
import { separateConstants } from '../levers/separate-constants.ts';
import { channelScores, type PruningCriterion } from './channel-scores.ts';
import { type Candidates, type LayerLimits, pruningCandidates } from './choose-channels.ts';
import { cutChannels } from './cut-channels.ts';

/** How much goes: a share of all channels that can go, or as few as bring the network down to so many multiply-accumulates or parameters. */
type PruningAmount = { readonly ratio: number } | { readonly macs: number } | { readonly parameters: number };

/** What calibration says of the channels that layers read. */
export interface PruningStatistics {
  readonly channels: ReadonlyMap<TensorId, ChannelStatistics>;
  /** Mean patches by index of the operator. */
  readonly patches: ReadonlyMap<number, Float64Array>;
  /** Second moments of patches by index of the operator: with them weights are fitted anew, without only biases. */
  readonly moments?: ReadonlyMap<number, PatchMoments>;
}

export interface PruneChannelsOptions extends LayerLimits {
  readonly amount: PruningAmount;
  /** `activation` where there are statistics, else `l2`. */
  readonly criterion?: PruningCriterion;
  /** With them, what removed channels added goes into the weights and biases of the layers that read them, as far as it can be told from what stays. */
  readonly statistics?: PruningStatistics;
}

/** A layer that lost channels. */
interface PrunedLayer {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

export interface PrunedChannels {
  readonly graph: Graph;
  readonly layers: readonly PrunedLayer[];
  readonly criterion: PruningCriterion;
  /** False when the layers' limits end it before the amount is reached. */
  readonly isReached: boolean;
}

/**
 * Structured pruning of a float graph of either dialect: whole channels go, those worth least first whatever layer they are in, and with them everything that is tied to them:
 *
 *     Conv 1×1 [16→64] ── depthwise 64 ── Conv 1×1 [64→16] ── Add        64 → 40 in all three; the 16 are tied to what the sum adds
 *
 * Channels that cannot be followed to the layers that read them stay. The graph is to have its shapes inferred. The result is smaller and faster on any runtime.
 * @throws RangeError when the ratio is not between 0 and 1
 */
export function pruneChannels(original: Graph, options: PruneChannelsOptions): PrunedChannels {
  const graph = separateConstants(original);
  const { amount, statistics, criterion = statistics === undefined ? 'l2' : 'activation' } = options;
  const groups = channelGroups(graph, 'removal');
  const scores = channelScores(graph, groups, criterion, statistics?.channels);
  const perCost =
    'ratio' in amount ? scores : scores.map((score, group) => score / (costs(graph, groups, amount)[group] || 1));
  const candidates = pruningCandidates(groups, perCost, options);
  const { removed, isReached } = removalFor(graph, groups, candidates, amount);
  if (!removed.includes(1)) return { graph: original, layers: [], criterion, isReached };
  const layers = groups.layers.flatMap((layer): readonly PrunedLayer[] => {
    const made = groups.ofTensor.get(layer.output)?.groups ?? new Int32Array(0);
    const gone = made.reduce((sum, group) => sum + (removed[group] as number), 0);
    const name = outputTensor(graph, layer.operator)?.name ?? '';
    return gone === 0 ? [] : [{ name, before: made.length, after: made.length - gone }];
  });
  const seen = {
    ...(statistics === undefined ? {} : { means: statistics.patches }),
    ...(statistics?.moments === undefined ? {} : { moments: statistics.moments }),
  };
  return { graph: cutChannels(graph, groups, removed, seen), layers, criterion, isReached };
}

function removalFor(
  graph: Graph,
  groups: ChannelGroups,
  candidates: Candidates,
  amount: PruningAmount,
): { readonly removed: Uint8Array; readonly isReached: boolean } {
  if ('ratio' in amount) {
    if (!(amount.ratio >= 0 && amount.ratio <= 1))
      throw new RangeError(`a ratio of ${amount.ratio} is not between 0 and 1`);
    const most = Math.round(amount.ratio * candidates.count);
    return { removed: candidates.removed(most), isReached: true };
  }
  const fits = (removed: Uint8Array): boolean => {
    const cut = removed.includes(1) ? cutChannels(graph, groups, removed) : graph;
    return 'macs' in amount ? graphMacs(cut) <= amount.macs : graphParameters(cut) <= amount.parameters;
  };
  let [low, high] = [0, candidates.count];
  if (!fits(candidates.removed(high))) return { removed: candidates.removed(high), isReached: false };
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(candidates.removed(middle))) high = middle;
    else low = middle + 1;
  }
  return { removed: candidates.removed(high), isReached: true };
}

/** Multiply-accumulates, or parameters, that go with each group: its share of the layers that make and read it. */
function costs(graph: Graph, groups: ChannelGroups, amount: PruningAmount): Float64Array {
  const result = new Float64Array(groups.count);
  for (const layer of groups.layers) {
    const size = layer.weightsShape.reduce((product, extent) => product * extent, 1);
    const cost = 'macs' in amount ? operatorMacs(graph, layer.operator) : size;
    const made = groups.ofTensor.get(layer.output)?.groups;
    const read = layer.kind === 'depthwise' ? undefined : layerInputGroups(groups, layer);
    for (const list of [made, read]) {
      for (const group of list ?? []) (result[group] as number) += cost / (list?.length ?? 1);
    }
  }
  return result;
}

/** Inputs of a filter up to which the weights that are left are fitted anew; fitting takes the cube of it. */
const longestPatch = 1024;

/** Runs the float graph on samples for what pruning wants to know of its channels. */
export async function pruningStatistics(graph: Graph, samples: Samples): Promise<PruningStatistics> {
  const open = (part: Graph, watched: readonly TensorId[]) => openFloatRunner(part, watched, samples.data.path);
  const layers = weightedLayers(graph);
  const axes = new Map(layers.map((layer) => [layer.input, layer.inputChannelAxis]));
  const channels = await channelStatistics(graph, axes, samples, open);
  const means = await patchMeans(graph, layers, samples, open);
  const moments = await patchMoments(
    graph,
    layers.filter(({ kind }) => kind !== 'depthwise'),
    samples,
    open,
    longestPatch,
  );
  return { channels, patches: means, moments };
}
