import type { Graph, TensorId } from '../../graph/graph.ts';
import { constantChannels } from './channels/constants.ts';
import { cutChannels } from './channels/cut.ts';
import { layersOf } from './channels/layer.ts';
import { removableChannels } from './channels/removable.ts';
import { storedBytes } from './channels/stored-bytes.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/**
 * Cuts channels that say nothing: those whose weights are all zero, which makes them constants, and those that nothing has a weight on.
 *
 *     input                          input
 *       │                              │
 *     CONV_2D      64 channels,      CONV_2D    21 channels
 *       │          43 of them          │
 *     DEPTHWISE    constant     →    DEPTHWISE  21 channels
 *       │                              │
 *     CONV_2D      bias b            CONV_2D    bias b + Σ (constant - zero point) · weights
 *
 * A pruned network that was never made smaller is full of them. Integer sums stay what they were, so outputs do to the bit; a channel under a
 * window with padding goes only when it holds the zero point, as the padding does. Float models are left alone: their sums depend on the order.
 */
export function removeDeadChannels(graph: Graph): Graph {
  return rewriteSubgraphs(graph, withoutDeadChannels);
}

function withoutDeadChannels(graph: Graph, callers: ReadonlySet<TensorId>): Graph {
  const layers = layersOf(graph);
  if (!layers.some(({ kind }) => kind === 'mixing' || kind === 'depthwise')) return graph;
  const constants = constantChannels(graph, layers);
  const before = storedBytes(graph);
  const fixed = new Set(callers);
  for (;;) {
    const removable = removableChannels(graph, layers, constants, fixed);
    if (removable.size === 0) return graph;
    const smaller = cutChannels(graph, layers, constants, removable);
    if (smaller !== undefined && storedBytes(smaller) <= before) return smaller;
    // A new number of channels needs zero points of its own; what loses the smallest share is not worth it.
    const share = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
    const [least] = [...removable].sort(([a, one], [b, other]) => share(one) - share(other) || a - b);
    if (least !== undefined) fixed.add(least[0]);
  }
}
