import { floatAttribute, intAttribute } from '../graph/access.ts';
import type { Graph, Operator } from '../graph/graph.ts';
import { absorb } from './affine.ts';
import { type Edit, edit, isType } from './edit.ts';

/**
 * Batch normalisation after a convolution or fully connected layer becomes part of its weights and bias.
 *
 * ```
 *   x ─▶ Conv(W, b) ─▶ BatchNormalization(γ, β, μ, σ²) ─▶ y
 *   x ─▶ Conv(W · a, (b − μ) · a + β) ─▶ y                      a = γ / √(σ² + ε)
 * ```
 *
 * (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, §3.2.)
 * In float64, rounded once. `Conv`, `ConvTranspose` and `Gemm`; only where nobody else uses the layer's output or its weights.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const channels = isInferenceNorm(rewriting, operator) ? channelMap(rewriting, operator) : undefined;
    const source = rewriting.producer(operator.inputs[0]);
    if (channels === undefined || source === undefined || !isType(source[1], 'Conv', 'ConvTranspose', 'Gemm')) continue;
    if (rewriting.soleConsumer(operator.inputs[0]) === undefined) continue;
    const folded = absorb(rewriting, source[1], channels);
    if (folded === undefined) continue;
    rewriting.remove(index);
    rewriting.replace(source[0], { ...folded, outputs: [operator.outputs[0] ?? null] });
  }
  return rewriting.finish();
}

/** True for batch normalisations with fixed statistics, per channel, whose only output is used. */
export function isInferenceNorm(rewriting: Edit, operator: Operator): boolean {
  if (!isType(operator, 'BatchNormalization')) return false;
  if (intAttribute(operator, 'training_mode', 0) !== 0 || intAttribute(operator, 'spatial', 1) === 0) return false;
  if (operator.version < 7 && intAttribute(operator, 'is_test', 0) === 0) return false;
  return operator.outputs
    .slice(1)
    .every((id) => id === null || (rewriting.useCount(id) === 0 && !rewriting.isPinned(id)));
}

/** The normalisation as a scale and a shift per channel. */
function channelMap(rewriting: Edit, operator: Operator) {
  const [gamma, beta, mean, variance] = operator.inputs.slice(1).map((id) => rewriting.constant(id));
  const epsilon = floatAttribute(operator, 'epsilon', 1e-5);
  if ([gamma, beta, mean, variance].some((constant) => constant?.dtype !== 'float32')) return undefined;
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return undefined;
  const scale = new Float64Array(gamma.elements as Float32Array).map(
    (value, c) => value / Math.sqrt((variance.elements[c] as number) + epsilon),
  );
  const shift = scale.map((factor, c) => (beta.elements[c] as number) - (mean.elements[c] as number) * factor);
  return scale.every(Number.isFinite) && shift.every(Number.isFinite) ? { scale, shift } : undefined;
}
