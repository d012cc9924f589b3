import { intAttribute } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, isType } from './edit.ts';

/**
 * Integers that are made real and quantised again in the same way stay as they are.
 *
 * ```
 *   q ─▶ DequantizeLinear(s, z) ─▶ QuantizeLinear(s, z) ─▶ y          q ─▶ y
 * ```
 *
 * Exact for 8 and 16 bits: `round((q − z) · s / s) + z = q` in float32.
 */
export function removeQuantizePairs(graph: Graph): Graph {
  if (!graph.operators.some((operator) => isType(operator, 'QuantizeLinear'))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const before = isType(operator, 'QuantizeLinear') ? rewriting.producer(operator.inputs[0]) : undefined;
    const source = before?.[1].inputs[0];
    if (before === undefined || !isType(before[1], 'DequantizeLinear') || source === null || source === undefined)
      continue;
    const [scale, zero] = operator.inputs.slice(1);
    const [otherScale, otherZero] = before[1].inputs.slice(1);
    const isSame = equalConstants(rewriting, scale, otherScale) && equalConstants(rewriting, zero, otherZero);
    const isPerTensor = rewriting.constant(scale)?.elements.length === 1;
    const hasBlocks = intAttribute(operator, 'block_size', 0) + intAttribute(before[1], 'block_size', 0) > 0;
    const dtype = facts.get(operator.outputs[0] ?? -1)?.dtype;
    const isSmall = dtype === 'int8' || dtype === 'uint8' || dtype === 'int16' || dtype === 'uint16';
    if (!isSame || !isPerTensor || hasBlocks || !isSmall || dtype !== facts.get(source)?.dtype) continue;
    rewriting.bypass(index, source);
  }
  return rewriting.finish();
}

function equalConstants(
  rewriting: Edit,
  left: TensorId | null | undefined,
  right: TensorId | null | undefined,
): boolean {
  if (left === right) return true;
  const [a, b] = [rewriting.constant(left), rewriting.constant(right)];
  return (
    a !== undefined &&
    a.dtype === b?.dtype &&
    a.elements.length === b.elements.length &&
    (a.elements as Int8Array).every((element, i) => element === b.elements[i])
  );
}
