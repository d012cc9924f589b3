import { intAttribute, intsAttribute, stringAttribute } from '../graph/access.ts';
import { numbersOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator } from '../graph/graph.ts';
import { type Edit, edit, isType, withoutAttributes } from './edit.ts';

/**
 * Zeros that are put around an image before a convolution become the convolution's own padding.
 *
 * ```
 *   x ─▶ Pad(0, 1 all round) ─▶ Conv(pads 0) ─▶ y          x ─▶ Conv(pads 1) ─▶ y
 * ```
 *
 * Also before an `AveragePool` that counts its padding.
 */
export function foldPadding(graph: Graph): Graph {
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const consumer = isType(operator, 'Pad') ? rewriting.soleConsumer(operator.outputs[0]) : undefined;
    const added = consumer && zeroPads(rewriting, operator);
    if (consumer === undefined || added === undefined || !takesPads(consumer[1])) continue;
    if (consumer[1].inputs[0] !== operator.outputs[0]) continue;
    const rank = added.length / 2;
    const isSpatial = [0, 1].every((axis) => added[axis] === 0 && added[axis + rank] === 0);
    if (!isSpatial || rank < 3 || added.some((amount) => amount < 0)) continue;
    const own = intsAttribute(consumer[1], 'pads') ?? new Array<number>(2 * (rank - 2)).fill(0);
    const extra = [...added.slice(2, rank), ...added.slice(rank + 2)];
    if (own.length !== extra.length) continue;
    const pads = own.map((amount, side) => amount + (extra[side] as number));
    rewriting.remove(index);
    rewriting.replace(consumer[0], {
      ...consumer[1],
      inputs: [operator.inputs[0] ?? null, ...consumer[1].inputs.slice(1)],
      attributes: { ...withoutAttributes(consumer[1], 'auto_pad'), pads: { kind: 'ints', value: pads } },
    });
  }
  return rewriting.finish();
}

/** Begin and end amounts per axis of a `Pad` with constant zeros; `undefined` for other pads. */
function zeroPads(rewriting: Edit, operator: Operator): readonly number[] | undefined {
  if (stringAttribute(operator, 'mode', 'constant') !== 'constant' || operator.version < 2) return undefined;
  if (operator.version < 11) {
    const value = operator.attributes.value;
    return value === undefined || (value.kind === 'float' && value.value === 0)
      ? intsAttribute(operator, 'pads')
      : undefined;
  }
  const [, padsId, valueId, axesId] = operator.inputs;
  if (axesId !== undefined && axesId !== null) return undefined;
  const value = rewriting.constant(valueId);
  if (valueId !== undefined && valueId !== null && (value === undefined || numbersOf(value)?.[0] !== 0))
    return undefined;
  const pads = rewriting.constant(padsId);
  return pads && numbersOf(pads);
}

/** True for operators to whose padding zeros can be added. */
function takesPads(operator: Operator): boolean {
  const isExplicit = ['NOTSET', 'VALID'].includes(stringAttribute(operator, 'auto_pad', 'NOTSET'));
  if (isType(operator, 'Conv')) return isExplicit;
  return (
    isType(operator, 'AveragePool') &&
    isExplicit &&
    operator.version >= 7 &&
    intAttribute(operator, 'count_include_pad', 0) === 1 &&
    intAttribute(operator, 'ceil_mode', 0) === 0
  );
}
