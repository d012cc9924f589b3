import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import type { Fact } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Affine, absorb, outputChannels, outputRank } from './affine.ts';
import { type Edit, edit, isType } from './edit.ts';
import { isInferenceNorm } from './fold-batch-norm.ts';

/**
 * A constant per channel that is added to, subtracted from, multiplied with or divides a layer's output becomes part of the layer.
 *
 * ```
 *   x ─▶ Conv(W, b) ─▶ Add(c) ─▶ y          x ─▶ Conv(W, b + c) ─▶ y
 *   x ─▶ Conv(W, b) ─▶ Mul(c) ─▶ y          x ─▶ Conv(W · c, b · c) ─▶ y
 * ```
 *
 * `Conv`, `ConvTranspose`, `Gemm` and `BatchNormalization`.
 */
export function foldChannelArithmetic(graph: Graph): Graph {
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Add', 'Sub', 'Mul', 'Div') || operator.version < 7) continue;
    for (const side of [0, 1] as const) {
      const layer = rewriting.producer(operator.inputs[side]);
      const constant = rewriting.constant(operator.inputs[1 - side]);
      if (
        layer === undefined ||
        constant === undefined ||
        rewriting.soleConsumer(operator.inputs[side]) === undefined
      ) {
        continue;
      }
      const affine = affineOf(rewriting, facts, operator, side, layer[1], constant);
      const folded = affine && absorb(rewriting, layer[1], affine);
      if (folded === undefined) continue;
      rewriting.remove(index);
      rewriting.replace(layer[0], { ...folded, outputs: operator.outputs });
      break;
    }
  }
  return rewriting.finish();
}

/** Layers whose output is linear in their weights and bias. */
function isFixedLayer(rewriting: Edit, layer: Operator): boolean {
  return isType(layer, 'Conv', 'ConvTranspose', 'Gemm') || isInferenceNorm(rewriting, layer);
}

/** The operator as a map per channel of the layer's output; `undefined` when it is something else. */
function affineOf(
  rewriting: Edit,
  facts: ReadonlyMap<TensorId, Fact>,
  operator: Operator,
  side: 0 | 1,
  layer: Operator,
  constant: ConstantValue,
): Affine | undefined {
  if (!isFixedLayer(rewriting, layer) || constant.dtype !== 'float32') return undefined;
  const channels = outputChannels(rewriting, layer);
  const rank = outputRank(rewriting, layer, facts);
  if (channels === undefined || rank === undefined || constant.shape.length > rank) return undefined;
  const channelAxis = 1 - rank + constant.shape.length;
  const isPerChannel = constant.shape.every(
    (extent, axis) => extent === 1 || (axis === channelAxis && extent === channels),
  );
  if (!isPerChannel) return undefined;
  const elements = constant.elements as Float32Array;
  const numbers =
    elements.length === 1 ? new Float64Array(channels).fill(elements[0] as number) : new Float64Array(elements);
  const zero = new Float64Array(channels);
  if (isType(operator, 'Add')) return { scale: undefined, shift: numbers };
  if (isType(operator, 'Mul')) return { scale: numbers, shift: zero };
  if (isType(operator, 'Sub')) {
    return side === 0
      ? { scale: undefined, shift: numbers.map((value) => -value) }
      : { scale: new Float64Array(channels).fill(-1), shift: numbers };
  }
  return side === 0 && numbers.every((value) => value !== 0)
    ? { scale: numbers.map((value) => 1 / value), shift: zero }
    : undefined;
}
