import { opsetVersion } from '../formats/onnx/opset.ts';
import type { Graph } from '../graph/graph.ts';
import { haveSameFacts, inheritFacts } from '../graph/infer/propagate.ts';
import { mapNestedGraphs, nestedGraphs } from '../graph/traversal.ts';
import { averageGlobally } from './average-globally.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { foldChannelArithmetic } from './fold-channel-arithmetic.ts';
import { foldConstants } from './fold-constants.ts';
import { foldInputScale } from './fold-input-scale.ts';
import { foldPadding } from './fold-padding.ts';
import { fuseActivations } from './fuse-activations.ts';
import { fuseGelu } from './fuse-gelu.ts';
import { fuseHardSwish } from './fuse-hard-swish.ts';
import { fuseLayerNormalization } from './fuse-layer-normalization.ts';
import { fuseLeakyRelu } from './fuse-leaky-relu.ts';
import { fuseMatMulBias } from './fuse-matmul-bias.ts';
import { fusePointwiseConvolution } from './fuse-pointwise-convolution.ts';
import { fuseSoftplus } from './fuse-softplus.ts';
import { groupConvolutions } from './group-convolutions.ts';
import { inlineBranches } from './inline-branches.ts';
import { mergeCasts } from './merge-casts.ts';
import { mergeCommonSubexpressions } from './merge-common-subexpressions.ts';
import { mergeConcats } from './merge-concats.ts';
import { mergeConstantOperands } from './merge-constant-operands.ts';
import { mergeReshapes } from './merge-reshapes.ts';
import { mergeSlices } from './merge-slices.ts';
import { mergeTransposes } from './merge-transposes.ts';
import { hasNewerOperator, raiseForFusions } from './raise-for-fusions.ts';
import { removeDeadOperators } from './remove-dead-operators.ts';
import { removeExpansions } from './remove-expansions.ts';
import { removeIdentities } from './remove-identities.ts';
import { removeQuantizePairs } from './remove-quantize-pairs.ts';
import { removeUnusedTensors } from './remove-unused-tensors.ts';
import { reshapeTransposes } from './reshape-transposes.ts';
import { resolveReshapes } from './resolve-reshapes.ts';
import { resolveResizes } from './resolve-resizes.ts';
import { shareConstants } from './share-constants.ts';
import { sinkTransposes } from './sink-transposes.ts';
import { unrollLoops } from './unroll-loops.ts';

/** A rewrite that keeps what the graph computes; the very same graph when it finds nothing to do. */
export type Pass = (graph: Graph) => Graph;

/** The lossless ONNX passes by name, in the order in which they run. */
export const losslessPasses: Readonly<Record<string, Pass>> = {
  removeDeadOperators,
  foldConstants,
  inlineBranches,
  unrollLoops,
  resolveReshapes,
  resolveResizes,
  removeIdentities,
  removeExpansions,
  removeQuantizePairs,
  mergeCasts,
  mergeSlices,
  mergeConcats,
  mergeTransposes,
  fusePointwiseConvolution,
  sinkTransposes,
  reshapeTransposes,
  mergeReshapes,
  groupConvolutions,
  // Into the few numbers of a normalisation before it goes into the many of a layer's weights.
  foldChannelArithmetic,
  foldBatchNorm,
  fuseMatMulBias,
  fuseGelu,
  fuseLayerNormalization,
  fuseSoftplus,
  fuseLeakyRelu,
  mergeConstantOperands,
  foldInputScale,
  foldPadding,
  fuseActivations,
  fuseHardSwish,
  averageGlobally,
  shareConstants,
  mergeCommonSubexpressions,
  removeUnusedTensors,
};

/** Calls of passes after which a graph is left as it is, however far it could still go: real models need two to five rounds. */
const maximumRounds = 32;

/**
 * The ONNX graph after all lossless passes, repeated until none finds anything more to do; graphs inside operators first.
 * Inputs and outputs keep their names, types and shapes; results differ by rounding alone. The same graph always gives the same result.
 * Extents that the file leaves open stay open; `simplifyOnnx(inferShapes(graph, dimensions))` is the way to a model for one batch size.
 * @param without names of passes that are left out
 */
export function simplifyOnnx(graph: Graph, without: readonly string[] = []): Graph {
  if (graph.dialect !== 'onnx') return graph;
  const passes = Object.entries(losslessPasses).flatMap(([name, pass]) => (without.includes(name) ? [] : [pass]));
  return simplifiedBy(graph, passes);
}

function simplifiedBy(graph: Graph, passes: readonly Pass[]): Graph {
  const raised = raiseForFusions(graph);
  if (raised === graph) {
    const simple = repeated(graph, passes);
    // Graphs inside operators stood in the way of a newer set and may be gone.
    const hadGraphs = graph.operators.some((operator) => nestedGraphs(operator).length > 0);
    return hadGraphs && simple !== graph ? simplifiedBy(simple, passes) : simple;
  }
  const simple = repeated(raised, passes);
  // A newer operator set is only asked for where it is used.
  return hasNewerOperator(simple, opsetVersion(graph) ?? 1) ? simple : repeated(graph, passes);
}

function repeated(graph: Graph, passes: readonly Pass[]): Graph {
  const operators = graph.operators.map((operator) => mapNestedGraphs(operator, (inner) => repeated(inner, passes)));
  const changed = operators.some((operator, index) => operator !== graph.operators[index]);
  let current: Graph = changed ? { ...graph, operators } : graph;
  for (let round = 0; round < maximumRounds; round++) {
    const next = settled(current, passes);
    if (next === current) break;
    // What was inherited from graph to graph is inferred anew: less to be computed may mean more to be known.
    current = { ...next };
    if (haveSameFacts(next, current)) return next;
  }
  return current;
}

/** The graph when every pass has found nothing to do since the last change; facts about tensors that stay are kept. */
function settled(graph: Graph, passes: readonly Pass[]): Graph {
  const doneWith: (Graph | undefined)[] = [];
  let current = graph;
  for (let call = 0; call < maximumRounds * passes.length; call++) {
    const position = call % passes.length;
    if (doneWith[position] === current) return current;
    const next = (passes[position] as Pass)(current);
    if (next !== current) inheritFacts(current, next);
    // A pass may find more in its own result, which only another call will tell.
    if (next === current) doneWith[position] = current;
    current = next;
  }
  return current;
}
