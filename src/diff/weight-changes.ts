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
  const moved: Moved[] = [];
  const rescaled: Moved[] = [];
  for (const [position, tensor] of head.weights) {
    const other = base.weights.get(position);
    if (other === undefined) {
      changes.push(change('weights', `input ${position + 1} is a constant now`));
      continue;
    }
    if (other.shape?.join() !== tensor.shape?.join()) continue;
    const before = quantizationOf(base, position, other);
    const after = quantizationOf(head, position, tensor);
    const by = compareWeights({ tensor: other, quantization: before }, { tensor, quantization: after });
    if (by === null) changes.push(change('weights', `input ${position + 1} differs`));
    if (by === null || by === undefined) continue;
    (by.sameNumbers ? rescaled : moved).push({ by, rank: tensor.shape?.length ?? 0, words: stepWords(before, after) });
  }
  for (const position of base.weights.keys()) {
    if (!head.weights.has(position)) changes.push(change('weights', `input ${position + 1} is no constant any more`));
  }
  const movements = moved.map(({ by }) => by);
  const [first] = rescaled;
  return {
    moved: [...movements, ...rescaled.map(({ by }) => by)],
    changes: [
      ...(moved.length === 0 ? [] : [change('weights', `${nounOf(moved)} ${movedWords(movements)}`)]),
      ...(first === undefined ? [] : [change('quantisation', `the same ${nounOf(rescaled)}${first.words}`)]),
      ...changes.slice(0, 3),
    ],
  };
}

/** A constant that differs, by how much, and what became of its steps. */
interface Moved {
  readonly by: WeightsMoved;
  readonly rank: number;
  readonly words: string;
}

/** What people call these constants of an operator together. */
function nounOf(moved: readonly Moved[]): string {
  if (moved.some(({ rank }) => rank >= 2)) return 'weights';
  return moved.length === 1 ? 'bias' : 'parameters';
}

function stepWords(before: Quantization | undefined, after: Quantization | undefined): string {
  if (before === undefined) return ', quantised';
  return after === undefined ? ', not quantised any more' : ' with other steps';
}
