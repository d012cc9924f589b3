import { intAttribute } from '../access.ts';
import { ownEntry } from '../own.ts';
import { type ConstantValue, type Elements, isBigElements, newElements } from './constant-value.ts';
import type { Evaluator } from './evaluator.ts';
import { broadcastShapes, broadcastStrides, forEachOffset } from './indexing.ts';

/** A binary function on numbers, and the same one on 64-bit integers. `undefined`: not to be computed here. */
interface Binary {
  readonly number: (left: number, right: number) => number | undefined;
  readonly bigint: (left: bigint, right: bigint) => bigint | undefined;
  /** Comparisons and logic give `bool`. */
  readonly predicate?: boolean;
}

/** Half to even, as ONNX `Round` and `QuantizeLinear` do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  const isUp = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  const rounded = isUp ? floor + 1 : floor;
  return rounded === 0 && value < 0 ? -0 : rounded;
}

const isSixteenBit = (value: ConstantValue): boolean => value.dtype === 'float16' || value.dtype === 'bfloat16';
const isFloat = (value: ConstantValue): boolean => value.dtype === 'float32' || value.dtype === 'float64';
const isSigned = (elements: Elements): boolean => !(elements instanceof BigUint64Array);

/** `left` and `right` combined element by element with broadcasting; `undefined` when they cannot be. */
function combine(left: ConstantValue, right: ConstantValue, operation: Binary): ConstantValue | undefined {
  const shape = broadcastShapes(left.shape, right.shape);
  if (shape === undefined || isSixteenBit(left) || isSixteenBit(right)) return undefined;
  if (left.dtype !== right.dtype) return undefined;
  const count = shape.reduce((product, extent) => product * extent, 1);
  const dtype = operation.predicate === true ? 'bool' : left.dtype;
  const result = newElements(dtype, count) as Elements & { [index: number]: number | bigint };
  const rightStrides = broadcastStrides(right.shape, shape);
  const rightOffsets = new Int32Array(count);
  forEachOffset(shape, rightStrides, 0, (offset, index) => {
    rightOffsets[index] = offset;
  });
  const big = isBigElements(left.elements);
  const isInteger = !isFloat(left);
  let failed = false;
  forEachOffset(shape, broadcastStrides(left.shape, shape), 0, (offset, index) => {
    const a = left.elements[offset] as never;
    const b = right.elements[rightOffsets[index] as number] as never;
    const value = big ? operation.bigint(a, b) : operation.number(a, b);
    if (value === undefined || (isInteger && typeof value === 'number' && !Number.isSafeInteger(value))) failed = true;
    else result[index] = operation.predicate === true && big ? Number(value) : value;
  });
  return failed ? undefined : { dtype, shape, elements: result };
}

function larger(left: bigint, right: bigint): bigint {
  if (right > left) return right;
  return left;
}

function smaller(left: bigint, right: bigint): bigint {
  if (right < left) return right;
  return left;
}

const flag = (value: boolean): number => Number(value);
const bigFlag = (value: boolean): bigint => BigInt(value);

/** Arithmetic in float32 is done in float64 and rounded once on storing, which gives the same bits for + − × ÷ √. */
const binaries: Readonly<Record<string, Binary>> = {
  Add: { number: (a, b) => a + b, bigint: (a, b) => a + b },
  Sub: { number: (a, b) => a - b, bigint: (a, b) => a - b },
  Mul: { number: (a, b) => a * b, bigint: (a, b) => a * b },
  Max: { number: Math.max, bigint: larger },
  Min: { number: Math.min, bigint: smaller },
  Equal: { number: (a, b) => flag(a === b), bigint: (a, b) => bigFlag(a === b), predicate: true },
  Greater: { number: (a, b) => flag(a > b), bigint: (a, b) => bigFlag(a > b), predicate: true },
  GreaterOrEqual: { number: (a, b) => flag(a >= b), bigint: (a, b) => bigFlag(a >= b), predicate: true },
  Less: { number: (a, b) => flag(a < b), bigint: (a, b) => bigFlag(a < b), predicate: true },
  LessOrEqual: { number: (a, b) => flag(a <= b), bigint: (a, b) => bigFlag(a <= b), predicate: true },
  And: { number: (a, b) => a & b, bigint: () => undefined, predicate: true },
  Or: { number: (a, b) => a | b, bigint: () => undefined, predicate: true },
  Xor: { number: (a, b) => a ^ b, bigint: () => undefined, predicate: true },
};

const integerDivision: Binary = {
  number: (a, b) => (b === 0 ? undefined : Math.trunc(a / b)),
  bigint: (a, b) => (b === 0n ? undefined : a / b),
};
const floatDivision: Binary = { number: (a, b) => a / b, bigint: () => undefined };
/** The sign of the result is the divisor's, as in Python (`fmod=0`). */
const floorModulo: Binary = {
  number: (a, b) => (b === 0 ? undefined : a - b * Math.floor(a / b)),
  bigint: (a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
};
/** The sign of the result is the dividend's, as in C (`fmod=1`). */
const truncatedModulo: Binary = {
  number: (a, b) => (b === 0 ? undefined : a % b),
  bigint: (a, b) => (b === 0n ? undefined : a % b),
};
const power: Binary = {
  number: (a, b) => a ** b,
  bigint: (a, b) => (b < 0n || b > 64n ? undefined : a ** b),
};

const byTable: Evaluator = ({ operator, inputs }) => {
  const operation = ownEntry(binaries, operator.type);
  // Before opset 7 broadcasting was an attribute with rules of its own.
  if (operation === undefined || operator.version < 7) return undefined;
  let result = inputs[0];
  for (const next of inputs.slice(1)) {
    if (result === undefined || next === undefined) return undefined;
    result = combine(result, next, operation);
  }
  return result === undefined ? undefined : [result];
};

const twoInputs =
  (choose: (left: ConstantValue, fmod: boolean) => Binary): Evaluator =>
  ({ operator, inputs: [left, right] }) => {
    if (left === undefined || right === undefined || operator.version < 7) return undefined;
    const result = combine(left, right, choose(left, intAttribute(operator, 'fmod', 0) !== 0));
    return result === undefined ? undefined : [result];
  };

const unary =
  (operation: (value: number) => number, bigint?: (value: bigint) => bigint): Evaluator =>
  ({ inputs: [value] }) => {
    if (value === undefined || isSixteenBit(value)) return undefined;
    const { elements } = value;
    const result = newElements(value.dtype, elements.length);
    if (isBigElements(elements) && isBigElements(result)) {
      if (bigint === undefined || !isSigned(elements)) return undefined;
      for (let i = 0; i < elements.length; i++) result[i] = bigint(elements[i] as bigint);
    } else {
      for (let i = 0; i < elements.length; i++) (result as Float64Array)[i] = operation(elements[i] as number);
    }
    return [{ ...value, elements: result }];
  };

/** Only for floats: rounding an integer does nothing, and an integer root is not what ONNX defines. */
const floatUnary = (operation: (value: number) => number): Evaluator => {
  const evaluate = unary(operation);
  return (call) => (call.inputs[0] !== undefined && isFloat(call.inputs[0]) ? evaluate(call) : undefined);
};

/** Element-by-element arithmetic, comparison and logic with broadcasting. */
export const elementwiseEvaluators: Readonly<Record<string, Evaluator>> = {
  ...Object.fromEntries(Object.keys(binaries).map((type) => [type, byTable])),
  Div: twoInputs((left) => (isFloat(left) ? floatDivision : integerDivision)),
  Mod: twoInputs((_, fmod) => (fmod ? truncatedModulo : floorModulo)),
  Pow: twoInputs(() => power),
  Neg: unary(
    (x) => -x,
    (x) => -x,
  ),
  Abs: unary(Math.abs, (x) => (x < 0n ? -x : x)),
  Sign: unary(Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  Not: unary((x) => 1 - x),
  Relu: unary((x) => Math.max(x, 0)),
  Floor: floatUnary(Math.floor),
  Ceil: floatUnary(Math.ceil),
  Round: floatUnary(roundHalfEven),
  Sqrt: floatUnary(Math.sqrt),
  Reciprocal: floatUnary((x) => 1 / x),
  Exp: floatUnary(Math.exp),
  Log: floatUnary(Math.log),
  Sin: floatUnary(Math.sin),
  Cos: floatUnary(Math.cos),
  Tanh: floatUnary(Math.tanh),
  Sigmoid: floatUnary((x) => 1 / (1 + Math.exp(-x))),
};
