import { syntheticData } from '../calibrate/synthetic.ts';
import { type ChosenClusters, chooseClusters } from '../cluster/choose-clusters.ts';
import { clusterWeights } from '../cluster/cluster-weights.ts';
import type { DataSet } from '../data/data-set.ts';
import type { EncodedWeights } from '../encode/encode-weights.ts';
import { UserError } from '../errors.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import { openQuantized } from '../levers/open-quantized.ts';
import { nearnessTo } from '../levers/signal-to-noise.ts';
import type { Finding } from '../measurement/measurement.ts';
import { encodeForTflm } from '../runtimes/tflm/encode.ts';
import type { Target } from '../targets/target.ts';
import type { AppliedRecipe } from './recipe.ts';

interface Stored {
  readonly graph: Graph;
  readonly findings: readonly Finding[];
}

/**
 * The graph as a recipe stores it: weights that share values, and encoded where that saves more flash than it costs RAM and code.
 * @param calibration samples that say what sharing changes; random inputs without it
 * @throws UserError for a target whose runtime does not decode weights
 */
export async function store(
  original: Graph,
  recipe: AppliedRecipe,
  target: Target,
  calibration: DataSet | undefined,
): Promise<Stored> {
  const { encode } = recipe;
  const { graph, findings } = await shared(original, recipe, target, calibration);
  if (encode !== true) return { graph, findings };
  if (target.runtime !== 'tflm') {
    throw new UserError(
      `Step "encode" is for TensorFlow Lite Micro, whose kernels decode weights; ${target.id} would only download less.`,
    );
  }
  const first = encodeForTflm(graph, target.board);
  const restored = withoutVain(original, graph, first.report);
  const { graph: encoded, report, fileBytes } = restored === graph ? first : encodeForTflm(restored, target.board);
  const chosen = report.filter(({ kind }) => kind !== undefined).length;
  const message =
    chosen === 0
      ? 'No weights are stored encoded: decoding would cost as much as it saves.'
      : `${chosen} weight tensors are stored encoded, ${fileBytes[0] - fileBytes[1]} bytes less in the file.`;
  return { graph: encoded, findings: [...findings, { code: 'encoded-weights', severity: 'info', message }] };
}

/** The clustered graph with the weights of the original where sharing values stores nothing smaller: what gains nothing may change nothing. */
function withoutVain(original: Graph, clustered: Graph, report: EncodedWeights['report']): Graph {
  const encoded = new Set(report.flatMap(({ tensor, kind }) => (kind === undefined ? [] : [tensor])));
  const isVain = (tensor: Tensor, id: TensorId) => !encoded.has(tensor.name) && original.tensors[id] !== tensor;
  if (!clustered.tensors.some(isVain)) return clustered;
  return {
    ...clustered,
    tensors: clustered.tensors.map((tensor, id) => (isVain(tensor, id) ? (original.tensors[id] ?? tensor) : tensor)),
  };
}

/** Samples that are run for each number of bits that a layer may have. */
const clusterSamples = 16;
/** Decibels beyond which nothing has changed. */
const exact = 200;

async function shared(
  graph: Graph,
  { clusterBits, clusterDecibels, clusterPer }: AppliedRecipe,
  target: Target,
  calibration: DataSet | undefined,
): Promise<Stored> {
  // Vela codes the weights of all channels with one palette; a table of TFLM_DECODE is a channel's own.
  const scope = clusterPer ?? (target.runtime === 'ethos-u' ? 'tensor' : 'channel');
  if (clusterBits !== undefined)
    return { graph: clusterWeights(graph, { bits: clusterBits, scope }).graph, findings: [] };
  if (clusterDecibels === undefined) return { graph, findings: [] };
  const data = calibration ?? syntheticData(graph);
  const nearness = nearnessTo(graph, { data, samples: clusterSamples }, openQuantized);
  const chosen = await chooseClusters(graph, {
    scope,
    decibels: (each) => nearness(each, (same) => same),
    leastDecibels: clusterDecibels,
  });
  return {
    graph: chosen.graph,
    findings: [{ code: 'clustered-weights', severity: 'info', message: wordsOf(chosen, data.path) }],
  };
}

function wordsOf({ report, decibels }: ChosenClusters, samples: string): string {
  if (report.length === 0) return 'No weights share values: any that did would change the outputs too much.';
  const counts = [1, 2, 3, 4, 5, 6, 7].flatMap((bits) => {
    const layers = report.filter((each) => each.bits === bits).length;
    return layers === 0 ? [] : [`${layers} of ${bits} ${bits === 1 ? 'bit' : 'bits'}`];
  });
  const outcome =
    decibels >= exact
      ? `The outputs stay as they are`
      : `The outputs are ${decibels.toFixed(1)} dB above what that changes`;
  return `Weights share values, in as few bits per layer as the outputs allow: ${counts.join(', ')}. ${outcome}, on ${samples}.`;
}
