import { constantOf, numbersOf } from '../graph/evaluate/constant-value.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import { type Edit, isType } from './edit.ts';

/** The values that an activation lets through unchanged, or that an operator can give. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Exporters write "no bound" as the largest float32. */
const largestFloat = 3.4028234e38;
const bound = (value: number): number =>
  Math.abs(value) >= largestFloat ? Math.sign(value) * Number.POSITIVE_INFINITY : value;

/** A scalar constant; `undefined` when it is computed; `fallback` when it is left out. */
function scalar(rewriting: Edit, id: TensorId | null | undefined, fallback: number): number | undefined {
  if (id === null || id === undefined) return fallback;
  const value = rewriting.constant(id);
  return value?.dtype === 'float32' && value.elements.length === 1 ? bound(Number(value.elements[0])) : undefined;
}

/** What a `Clip` or `Relu` clamps to; `undefined` for other operators and computed bounds. */
export function clampOf(rewriting: Edit, operator: Operator): Range | undefined {
  if (isType(operator, 'Relu')) return { min: 0, max: Number.POSITIVE_INFINITY };
  if (!isType(operator, 'Clip')) return undefined;
  const [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (operator.version < 11) {
    const { min, max } = operator.attributes;
    return {
      min: min?.kind === 'float' ? bound(min.value) : lowest,
      max: max?.kind === 'float' ? bound(max.value) : highest,
    };
  }
  const min = scalar(rewriting, operator.inputs[1], lowest);
  const max = scalar(rewriting, operator.inputs[2], highest);
  return min === undefined || max === undefined ? undefined : { min, max };
}

const unbounded = Number.POSITIVE_INFINITY;
const producedRanges: Readonly<Record<string, Range>> = {
  Sigmoid: { min: 0, max: 1 },
  HardSigmoid: { min: 0, max: 1 },
  Softmax: { min: 0, max: 1 },
  Tanh: { min: -1, max: 1 },
  Abs: { min: 0, max: unbounded },
  Exp: { min: 0, max: unbounded },
  Softplus: { min: 0, max: unbounded },
};

/** The values that an operator can give, where its type bounds them. */
export function rangeOf(rewriting: Edit, operator: Operator): Range | undefined {
  const clamp = clampOf(rewriting, operator);
  if (clamp !== undefined) return clamp;
  return isType(operator, ...Object.keys(producedRanges)) ? producedRanges[operator.type] : undefined;
}

/** An operator like `operator` that clamps `input` to a range, as `Relu` where it is one. */
export function clampOperator(rewriting: Edit, operator: Operator, input: TensorId, range: Range): Operator {
  const base = { ...operator, domain: '', outputs: operator.outputs.slice(0, 1) };
  if (range.min === 0 && range.max === unbounded) return { ...base, type: 'Relu', inputs: [input], attributes: {} };
  if (operator.version < 11) {
    const attributes = {
      ...(Number.isFinite(range.min) ? { min: { kind: 'float', value: range.min } as const } : {}),
      ...(Number.isFinite(range.max) ? { max: { kind: 'float', value: range.max } as const } : {}),
    };
    return { ...base, type: 'Clip', inputs: [input], attributes };
  }
  const side = (name: string, value: number): TensorId | null =>
    Number.isFinite(value)
      ? rewriting.addConstant(`${operator.name}_${name}`, constantOf('float32', [], [value]))
      : null;
  const min = side('min', range.min);
  const max = side('max', range.max);
  const inputs = max === null ? (min === null ? [input] : [input, min]) : [input, min, max];
  return { ...base, type: 'Clip', inputs, attributes: {} };
}

/** A `Max` or `Min` with one scalar constant as the clamp that it is, and the input that it clamps. */
export function scalarClamp(
  rewriting: Edit,
  operator: Operator,
): { readonly input: TensorId; readonly range: Range } | undefined {
  if (!isType(operator, 'Max', 'Min') || operator.version < 8 || operator.inputs.length !== 2) return undefined;
  for (const side of [0, 1] as const) {
    const value = rewriting.constant(operator.inputs[side]);
    const input = operator.inputs[1 - side];
    if (value?.dtype !== 'float32' || value.shape.length > 0 || input === null || input === undefined) continue;
    const [limit] = numbersOf(value) ?? [];
    if (limit === undefined || Number.isNaN(limit)) continue;
    const range = operator.type === 'Max' ? { min: limit, max: unbounded } : { min: -unbounded, max: limit };
    return { input, range };
  }
  return undefined;
}
