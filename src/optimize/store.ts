import { clusterWeights } from '../cluster/cluster-weights.ts';
import { UserError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Finding } from '../runtimes/measurement.ts';
import { encodeForTflm } from '../runtimes/tflm/encode.ts';
import type { Target } from '../targets/target.ts';
import type { AppliedRecipe } from './recipe.ts';

/**
 * The graph as a recipe stores it: weights that share values, and encoded where that saves more flash than it costs RAM and code.
 * @throws UserError for a target whose runtime does not decode weights
 */
export function store(
  original: Graph,
  { clusterBits, encode }: AppliedRecipe,
  target: Target,
): { readonly graph: Graph; readonly findings: readonly Finding[] } {
  // Vela codes the weights of all channels with one palette; a table of TFLM_DECODE is a channel's own.
  const scope = target.runtime === 'ethos-u' ? 'tensor' : 'channel';
  const graph = clusterBits === undefined ? original : clusterWeights(original, { bits: clusterBits, scope }).graph;
  if (encode !== true) return { graph, findings: [] };
  if (target.runtime !== 'tflm') {
    throw new UserError(
      `Step "encode" is for TensorFlow Lite Micro, whose kernels decode weights; ${target.id} would only download less.`,
    );
  }
  const { graph: encoded, report, fileBytes } = encodeForTflm(graph, target.board);
  const chosen = report.filter(({ kind }) => kind !== undefined).length;
  const message =
    chosen === 0
      ? 'No weights are stored encoded: decoding would cost as much as it saves.'
      : `${chosen} weight tensors are stored encoded, ${fileBytes[0] - fileBytes[1]} bytes less in the file.`;
  return { graph: encoded, findings: [{ code: 'encoded-weights', severity: 'info', message }] };
}
