import { operatorMacs } from '../graph/macs.ts';
import { parametersByOperator } from '../graph/parameters.ts';
import type { GraphView } from './graph-view.ts';
import { closeShares, type Share, type Shares } from './share.ts';
import type { DiffSide } from './side.ts';

/** A side with its view and, by place among the view's nodes, the row. */
export interface CountedSide {
  readonly side: DiffSide;
  readonly view: GraphView;
  readonly rowOf: (at: number) => number | undefined;
}

/** Multiply-accumulates and parameters by operator of the committed models; beside them what further subgraphs hold. */
export function shareCounts(base: CountedSide, head: CountedSide): readonly Shares[] {
  return (['macs', 'parameters'] as const).map((metric) => {
    const shares = new Map<number, number>();
    for (const [sign, { view, rowOf }] of [[-1, base] as const, [1, head] as const]) {
      countsOf(metric, view).forEach((count, index) => {
        const at = view.nodeOf(index);
        const row = at === undefined ? undefined : rowOf(at);
        if (row !== undefined) shares.set(row, (shares.get(row) ?? 0) + sign * count);
      });
    }
    return closeShares(
      metric,
      [base.side.measurement.model[metric], head.side.measurement.model[metric]],
      [...shares].map(([row, delta]): Share => ({ row, delta, text: '' })),
      { name: 'further subgraphs', text: 'graphs that operators call' },
    );
  });
}

function countsOf(metric: 'macs' | 'parameters', { graph }: GraphView): readonly number[] {
  if (metric === 'macs') return graph.operators.map((operator) => operatorMacs(graph, operator));
  return parametersByOperator(graph).slice(0, graph.operators.length);
}
