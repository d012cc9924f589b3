import { numbersOf } from '../graph/evaluate/constant-value.ts';
import { roundHalfEven } from '../graph/evaluate/elementwise.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { clampOf, clampOperator, type Range, rangeOf, scalarClamp } from './activation-range.ts';
import { type Edit, edit, isType } from './edit.ts';

/**
 * Activations are brought to the one operator that runtimes fuse into the layer before, and those that change nothing are removed.
 *
 * ```
 *   x ─▶ Relu ─▶ Clip(−1, 6) ─▶ y               x ─▶ Clip(0, 6) ─▶ y
 *   x ─▶ Clip(0, ∞) ─▶ y                        x ─▶ Relu ─▶ y
 *   x ─▶ Max(0) ─▶ Min(6) ─▶ y                  x ─▶ Clip(0, 6) ─▶ y
 *   x ─▶ Sigmoid ─▶ Relu ─▶ y                   x ─▶ Sigmoid ─▶ y
 *   x ─▶ Relu ─▶ QuantizeLinear(zero = −128)    x ─▶ QuantizeLinear(zero = −128)
 * ```
 *
 * ONNX has no convolution with an activation inside, so fusing the two is left to the runtime, which does it when it loads the model.
 */
export function fuseActivations(graph: Graph): Graph {
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  const isFloat = (id: TensorId | null | undefined): boolean => facts.get(id ?? -1)?.dtype === 'float32';
  for (const [index, operator] of rewriting.operators()) {
    if (!isFloat(operator.inputs[0]) && !isFloat(operator.inputs[1])) continue;
    const isKnownVersion = operator.version >= 6;
    if (isType(operator, 'QuantizeLinear')) dropSaturated(rewriting, operator);
    else if (isKnownVersion) clampOnce(rewriting, index, operator);
  }
  return rewriting.finish();
}

/** Joins a clamp with the one before it, removes it where nothing is left to clamp, and spells it in one way. */
function clampOnce(rewriting: Edit, index: number, operator: Operator): void {
  const viaScalar = scalarClamp(rewriting, operator);
  const range = viaScalar?.range ?? clampOf(rewriting, operator);
  const input = viaScalar?.input ?? operator.inputs[0];
  if (range === undefined || input === null || input === undefined || !(range.min <= range.max)) return;
  const before = rewriting.producer(input);
  const limits = before && rangeOf(rewriting, before[1]);
  if (limits !== undefined && limits.min >= range.min && limits.max <= range.max) {
    if (rewriting.bypass(index, input)) return;
  }
  if (range.min === Number.NEGATIVE_INFINITY && range.max === Number.POSITIVE_INFINITY) {
    if (rewriting.bypass(index, input)) return;
  }
  const source = before?.[1].inputs[0];
  const earlier = before && clampOf(rewriting, before[1]);
  if (before !== undefined && earlier !== undefined && source !== undefined && source !== null) {
    if (rewriting.soleConsumer(input) !== undefined && earlier.min <= earlier.max) {
      rewriting.replace(index, clampOperator(rewriting, operator, source, intersect(earlier, range)));
      rewriting.remove(before[0]);
      return;
    }
  }
  const isRelu = range.min === 0 && range.max === Number.POSITIVE_INFINITY;
  if (viaScalar !== undefined || (isRelu && operator.type !== 'Relu')) {
    rewriting.replace(index, clampOperator(rewriting, operator, input, range));
  }
}

/** The clamp that two in a row are. */
function intersect(first: Range, second: Range): Range {
  const clamp = (value: number): number => Math.min(Math.max(value, second.min), second.max);
  return { min: clamp(first.min), max: clamp(first.max) };
}

const integerLimits: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** Removes the clamp before a quantisation that saturates at the same values or earlier. */
function dropSaturated(rewriting: Edit, operator: Operator): void {
  const [input, scaleId, zeroId] = operator.inputs;
  const before = rewriting.producer(input);
  const range = before && clampOf(rewriting, before[1]);
  if (before === undefined || range === undefined || rewriting.soleConsumer(input) === undefined) return;
  const scale = rewriting.constant(scaleId);
  const zero = rewriting.constant(zeroId);
  if (
    scale?.elements.length !== 1 ||
    scale.dtype !== 'float32' ||
    (zeroId !== undefined && zeroId !== null && zero === undefined)
  ) {
    return;
  }
  const limits = integerLimits[zero?.dtype ?? 'uint8'];
  const zeroPoint = (zero && numbersOf(zero)?.[0]) ?? 0;
  if (limits === undefined || operator.attributes.output_dtype !== undefined) return;
  const quantize = (real: number): number => roundHalfEven(Math.fround(real / Number(scale.elements[0]))) + zeroPoint;
  const source = before[1].inputs[0];
  if (quantize(range.min) <= limits[0] && quantize(range.max) >= limits[1] && source !== null && source !== undefined) {
    rewriting.bypass(before[0], source);
  }
}
