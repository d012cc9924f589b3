import { intAttribute } from '../../graph/access.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { operandsOf } from '../broadcast.ts';
import { inputOf, type Lowerer, type Lowering, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * What computes every element on its own, in whatever arrangement its operands have.
 *
 *     a [N, C, H, W] ─▶ Add ─▶ y        a NHWC ─▶ ADD ─▶ y NHWC
 *     b [C, 1, 1] ───────┘              b [C] ─────┘
 */
export const elementwiseLowerings: Lowerings = {
  Add: folding('ADD'),
  Sub: folding('SUB'),
  Mul: folding('MUL'),
  Div: folding('DIV'),
  Sum: folding('ADD'),
  Max: folding('MAXIMUM'),
  Min: folding('MINIMUM'),
  Mean: mean,
  Mod: modulo,
  Pow: power,
  Equal: folding('EQUAL'),
  Greater: folding('GREATER'),
  GreaterOrEqual: folding('GREATER_EQUAL'),
  Less: folding('LESS'),
  LessOrEqual: folding('LESS_EQUAL'),
  And: folding('LOGICAL_AND'),
  Or: folding('LOGICAL_OR'),
  Xor: folding('NOT_EQUAL'),
  Not: unary('LOGICAL_NOT'),
  Abs: unary('ABS'),
  Ceil: unary('CEIL'),
  Cos: unary('COS'),
  Exp: unary('EXP'),
  Floor: unary('FLOOR'),
  Log: unary('LOG'),
  Neg: unary('NEG'),
  Round: unary('ROUND'),
  Sin: unary('SIN'),
  Sqrt: unary('SQRT'),
  Reciprocal: reciprocal,
  Sign: sign,
  Tan: tangent,
  Where: where,
};

/** The name, type and place of a result. */
function finish(
  lowerer: Lowerer,
  operator: Operator,
  type: string,
  inputs: readonly TensorId[],
  like: { readonly shape: readonly number[]; readonly arrangement: Parameters<Lowerer['define']>[2] },
): void {
  const output = outputOf(operator);
  const result = { name: lowerer.nameOf(output), dtype: lowerer.typeOf(output) };
  lowerer.define(output, lowerer.emit(type, inputs, like.shape, {}, result), like.arrangement);
}

/** One operator for two operands, one after the other for more. */
function folding(type: string): Lowering {
  return (lowerer, operator) => {
    const output = outputOf(operator);
    const ids = operator.inputs.filter((id) => id !== null);
    const [first] = ids;
    if (ids.length === 1 && first !== undefined) return lowerer.alias(output, first);
    const operands = operandsOf(lowerer, ids, lowerer.shapeOf(output));
    const isSmall = first !== undefined && scaled.has(lowerer.typeOf(first));
    const [left = -1, ...rest] = isSmall ? operands.tensors.map((id) => as(lowerer, id, 'int32')) : operands.tensors;
    const last = rest.pop() ?? -1;
    const isNarrowed = isSmall && scaled.has(lowerer.typeOf(output));
    const dtype = isNarrowed ? 'int32' : lowerer.typeOf(output);
    const name = lowerer.nameOf(output);
    const before = rest.reduce(
      (sum, next, index) => lowerer.emit(type, [sum, next], operands.shape, {}, { dtype, name: `${name}/${index}` }),
      left,
    );
    if (!isNarrowed) return finish(lowerer, operator, type, [before, last], operands);
    const wide = lowerer.emit(type, [before, last], operands.shape, {}, { dtype, name: `${name}/wide` });
    finish(lowerer, operator, 'CAST', [wide], operands);
  };
}

/** Types whose elements TensorFlow Lite takes for steps of a scale. Where ONNX computes with them as the numbers that they are, int32 does: cast back, what is too large wraps around alike. */
const scaled: ReadonlySet<DataType> = new Set<DataType>(['int8', 'uint8', 'int16']);

const as = (lowerer: Lowerer, id: TensorId, dtype: DataType): TensorId =>
  lowerer.emit('CAST', [id], lowerer.tensorShape(id), {}, { dtype });

/** The operator's only input as it is, and a result like it. */
export function unary(type: string): Lowering {
  return (lowerer, operator) => {
    const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
    finish(lowerer, operator, type, [tensor], { shape, arrangement });
  };
}

/** Mean of several tensors: their sum times 1 / count. */
function mean(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const ids = operator.inputs.filter((id) => id !== null);
  const operands = operandsOf(lowerer, ids, lowerer.shapeOf(output));
  const name = lowerer.nameOf(output);
  const sum = operands.tensors.reduce((total, next) =>
    lowerer.emit('ADD', [total, next], operands.shape, {}, { name: `${name}/sum` }),
  );
  finish(lowerer, operator, 'MUL', [sum, scalar(lowerer, 1 / ids.length)], operands);
}

/** A constant of one element. */
export function scalar(lowerer: Lowerer, value: number): TensorId {
  return lowerer.constant(`constant_${value}`, 'float32', [1], [value]);
}

/** Python's remainder; C's (`fmod`) has another sign and no counterpart. */
function modulo(lowerer: Lowerer, operator: Operator) {
  if (intAttribute(operator, 'fmod', 0) !== 0)
    lowerer.refuse(operator, 'TensorFlow Lite has no remainder with the sign of the dividend');
  folding('FLOOR_MOD')(lowerer, operator);
}

/** Powers with a constant exponent that square roots and multiplications make. */
function power(lowerer: Lowerer, operator: Operator) {
  const exponents = new Set(lowerer.numbersOf(operator.inputs[1]));
  const [exponent] = exponents;
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const like = { shape, arrangement };
  if (exponents.size !== 1 || exponent === undefined) {
    return lowerer.refuse(operator, 'TensorFlow Lite Micro has powers only with one constant exponent');
  }
  const name = lowerer.nameOf(outputOf(operator));
  const step = (type: string, ...inputs: readonly TensorId[]) =>
    lowerer.emit(type, inputs, shape, {}, { name: `${name}/${type}` });
  switch (exponent) {
    case 1:
      return lowerer.alias(outputOf(operator), inputOf(operator, 0));
    case 2:
      return finish(lowerer, operator, 'MUL', [tensor, tensor], like);
    case 3:
      return finish(lowerer, operator, 'MUL', [step('MUL', tensor, tensor), tensor], like);
    case 4: {
      const square = step('MUL', tensor, tensor);
      return finish(lowerer, operator, 'MUL', [square, square], like);
    }
    case 0.5:
      return finish(lowerer, operator, 'SQRT', [tensor], like);
    case -0.5:
      return finish(lowerer, operator, 'RSQRT', [tensor], like);
    case -1:
      return finish(lowerer, operator, 'DIV', [scalar(lowerer, 1), tensor], like);
    case -2:
      return finish(lowerer, operator, 'DIV', [scalar(lowerer, 1), step('MUL', tensor, tensor)], like);
    default:
      return lowerer.refuse(operator, `TensorFlow Lite Micro has no power of ${exponent}`);
  }
}

function reciprocal(lowerer: Lowerer, operator: Operator) {
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  finish(lowerer, operator, 'DIV', [scalar(lowerer, 1), tensor], { shape, arrangement });
}

/** (x > 0) - (x < 0). */
function sign(lowerer: Lowerer, operator: Operator) {
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const dtype = lowerer.tensorType(tensor);
  const zero = lowerer.constant('zero', dtype, [1], [0]);
  const [above, below] = ['GREATER', 'LESS'].map((type) => {
    const holds = lowerer.emit(type, [tensor, zero], shape, {}, { dtype: 'bool' });
    return lowerer.emit('CAST', [holds], shape, castOptions('bool', dtype), { dtype });
  }) as [TensorId, TensorId];
  finish(lowerer, operator, 'SUB', [above, below], { shape, arrangement });
}

/** Types as CAST's options name them. */
export function castOptions(from: string, to: string) {
  return { in_data_type: from.toUpperCase(), out_data_type: to.toUpperCase() };
}

function tangent(lowerer: Lowerer, operator: Operator) {
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const [sine, cosine] = ['SIN', 'COS'].map((type) => lowerer.emit(type, [tensor], shape)) as [TensorId, TensorId];
  finish(lowerer, operator, 'DIV', [sine, cosine], { shape, arrangement });
}

/** SELECT_V2 broadcasts all three. */
function where(lowerer: Lowerer, operator: Operator) {
  const ids = [0, 1, 2].map((position) => inputOf(operator, position));
  const operands = operandsOf(lowerer, ids, lowerer.shapeOf(outputOf(operator)));
  finish(lowerer, operator, 'SELECT_V2', operands.tensors, operands);
}
