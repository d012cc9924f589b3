import type { DataSet } from '../data/data-set.ts';
import { UserError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/infer-shapes.ts';
import type { Finding } from '../measurement/measurement.ts';
import { type PruningStatistics, pruneChannels, pruningStatistics } from '../prune/prune-channels.ts';
import { type PruneWeightsOptions, pruneWeights } from '../prune/prune-weights.ts';
import type { AppliedRecipe } from './recipe.ts';

/**
 * The float graph without what a recipe prunes: channels, then weights, those that matter least on the calibration set, or by their size where there is none.
 * What they added on average is added by biases.
 * @throws UserError when channels are to be ranked by what there is not: a calibration set, or batch normalisations
 */
export async function prune(
  graph: Graph,
  { pruneChannels: channelShare, pruneBy, pruneWeights: weightShare }: AppliedRecipe,
  calibration: DataSet | undefined,
  dimensions: Readonly<Record<string, number>> | undefined,
): Promise<{ readonly graph: Graph; readonly findings: readonly Finding[] }> {
  if (channelShare === undefined && weightShare === undefined) return { graph, findings: [] };
  const findings: Finding[] = [];
  let current = inferShapes(graph, dimensions);
  const statisticsOf = (each: Graph) =>
    calibration === undefined ? undefined : pruningStatistics(each, { data: calibration });
  if (channelShare !== undefined) {
    if (pruneBy === 'activation' && calibration === undefined) {
      throw new UserError('Step "prune-by=activation" needs a calibration set.');
    }
    if (pruneBy === 'batch-norm' && !current.operators.some(({ type }) => type === 'BatchNormalization')) {
      throw new UserError(
        'Step "prune-by=batch-norm" needs an .onnx whose batch normalisations are not folded into its layers yet.',
      );
    }
    const statistics = await statisticsOf(current);
    const pruned = pruneChannels(current, {
      amount: { ratio: channelShare },
      ...(pruneBy === undefined ? {} : { criterion: pruneBy }),
      ...(statistics === undefined ? {} : { statistics }),
    });
    current = inferShapes(pruned.graph, dimensions);
    const gone = pruned.layers.reduce((sum, { before, after }) => sum + before - after, 0);
    const message =
      gone === 0
        ? 'No channel could be pruned: none can be followed to all the layers that read it.'
        : `${gone} channels of ${pruned.layers.length} layers were pruned, ranked by ${pruned.criterion}.`;
    findings.push({ code: 'pruned-channels', severity: gone === 0 ? 'warning' : 'info', message });
  }
  if (weightShare !== undefined) {
    const statistics = await statisticsOf(current);
    const thinned = pruneWeights(current, {
      sparsity: weightShare,
      across: 'network',
      ...(statistics === undefined ? {} : { means: statistics.patches, ...momentsOf(statistics) }),
    });
    current = thinned.graph;
    const zeros = thinned.layers.reduce((sum, layer) => sum + layer.zeros, 0);
    findings.push({
      code: 'pruned-weights',
      severity: 'info',
      message: `${zeros} weights of ${thinned.layers.length} layers are 0.`,
    });
  }
  return { graph: current, findings };
}

function momentsOf({ moments }: PruningStatistics): Pick<PruneWeightsOptions, 'moments'> {
  return moments === undefined ? {} : { moments };
}
