import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/infer-shapes.ts';
import { foldBatchNorm } from '../passes/fold-batch-norm.ts';
import { removeUnusedTensors } from '../passes/remove-unused-tensors.ts';
import { alignGraphs } from './align.ts';
import { compareRows } from './compared-row.ts';
import { counted } from './event-words.ts';
import type { Happening } from './happening.ts';
import type { DiffEvent } from './model-diff.ts';
import { whatHappened } from './what-happened.ts';

/**
 * What happened where one side has batch normalisations that an exporter made part of the layers before them on the other: of both as they are once they are,
 * so that folding alone is no change. `undefined` where that is not what tells them apart.
 */
export function whatHappenedFolded(base: Graph, head: Graph, happening: Happening): readonly DiffEvent[] | undefined {
  const count = Math.abs(normsIn(base) - normsIn(head));
  if (count === 0 || base.dialect !== 'onnx' || head.dialect !== 'onnx') return undefined;
  const [before, after] = [folded(base), folded(head)];
  if (normsIn(before) !== normsIn(after)) return undefined;
  const events = whatHappened({ ...happening, rows: compareRows(alignGraphs(before, after)) });
  const norms = counted(count, 'batch normalisation');
  const isOne = count === 1;
  const text =
    normsIn(head) < normsIn(base)
      ? `${norms} ${isOne ? 'is part of the layer before it' : 'are part of the layers before them'} now`
      : `${norms} ${isOne ? 'is an operator of its own' : 'are operators of their own'} again`;
  return events.every(({ code }) => code === 're-exported')
    ? [
        {
          code: 're-exported',
          text: `Exported anew with no effect: ${text}; once folded, weights agree but for rounding.`,
        },
      ]
    : [...events, { code: 'restructured', text: `Restructured: ${text}.` }];
}

function folded(graph: Graph): Graph {
  return inferShapes(removeUnusedTensors(foldBatchNorm(graph)));
}

function normsIn({ operators }: Graph): number {
  return operators.filter(({ type }) => type === 'BatchNormalization').length;
}
