import type { Quantization } from '../graph/graph.ts';
import { change } from './change.ts';
import { compareWeights, type WeightsMoved } from './compare-weights.ts';
import type { Node } from './graph-view.ts';
import type { RowChange } from './model-diff.ts';
import { movedWords } from './moved-words.ts';
import { quantizationOf } from './quantization-of.ts';

/** What became of the constants that an operator has learned, and how far those of equal shape moved. */
export function weightChanges(
  base: Node,
  head: Node,
): { readonly changes: readonly RowChange[]; readonly moved: readonly WeightsMoved[] } {
  const changes: RowChange[] = [];
  const moved: WeightsMoved[] = [];
  for (const [position, tensor] of head.weights) {
    const other = base.weights.get(position);
    if (other === undefined) {
      changes.push(change('weights', `input ${position + 1} is a constant now`));
      continue;
    }
    if (other.shape?.join() !== tensor.shape?.join()) continue;
    const before = quantizationOf(base, position, other);
    const after = quantizationOf(head, position, tensor);
    const difference = compareWeights({ tensor: other, quantization: before }, { tensor, quantization: after });
    if (difference === undefined) continue;
    if (difference === null) changes.push(change('weights', `input ${position + 1} differs`));
    else {
      moved.push(difference);
      changes.push(
        difference.sameNumbers
          ? change('quantisation', `the same ${weightNoun(tensor.shape?.length)}${stepWords(before, after)}`)
          : change('weights', `${weightNoun(tensor.shape?.length)} ${movedWords([difference])}`),
      );
    }
  }
  for (const position of base.weights.keys()) {
    if (!head.weights.has(position)) changes.push(change('weights', `input ${position + 1} is no constant any more`));
  }
  return { changes: changes.slice(0, 3), moved };
}

function stepWords(before: Quantization | undefined, after: Quantization | undefined): string {
  if (before === undefined) return ', quantised';
  return after === undefined ? ', not quantised any more' : ' with other steps';
}

function weightNoun(rank: number | undefined): string {
  return rank !== undefined && rank < 2 ? 'bias' : 'weights';
}
