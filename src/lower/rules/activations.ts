import { floatAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { operandsOf } from '../broadcast.ts';
import { inputOf, type Lowerer, type Lowering, type Lowerings, type Options, outputOf } from '../lowerer.ts';
import { scalar, unary } from './elementwise.ts';

/**
 * Activations. RELU, RELU6 and RELU_N1_TO_1 are taken into the operator in front afterwards, where it can (`fuseActivations`).
 *
 *     x ─▶ Clip, 0 to 6 ─▶ y             x ─▶ RELU6 ─▶ y
 *     x ─▶ Clip, -2 to 3 ─▶ y            x ─▶ MAXIMUM -2 ─▶ MINIMUM 3 ─▶ y
 *     x ─▶ HardSigmoid, 1/6, 1/2 ─▶ y    x ─▶ ADD 3 ─▶ RELU6 ─▶ MUL 1/6 ─▶ y
 *     x ─▶ Mish ─▶ y                     x ─▶ (RELU x + LOG of 1 + EXP of NEG ABS x) ─▶ TANH ─▶ MUL x ─▶ y
 *
 */
export const activationLowerings: Lowerings = {
  Relu: unary('RELU'),
  Sigmoid: unary('LOGISTIC'),
  Tanh: unary('TANH'),
  HardSwish: unary('HARD_SWISH'),
  Clip: clip,
  LeakyRelu: leakyRelu,
  PRelu: parametricRelu,
  Elu: composed((step, x, operator) => exponentialLinear(step, x, floatAttribute(operator, 'alpha', 1), 1)),
  Selu: composed((step, x, operator) =>
    // Defaults of ONNX (Selu, onnx/defs/math/defs.cc).
    exponentialLinear(
      step,
      x,
      floatAttribute(operator, 'alpha', 1.6732632),
      floatAttribute(operator, 'gamma', 1.050701),
    ),
  ),
  Celu: composed(celu),
  HardSigmoid: composed(hardSigmoid),
  Softplus: composed(softplus),
  Softsign: composed((step, x) => step('DIV', x, step('ADD', step('ABS', x), 1))),
  Mish: composed((step, x, operator) => step('MUL', x, step('TANH', softplus(step, x, operator)))),
  Swish: composed((step, x, operator) => {
    const alpha = floatAttribute(operator, 'alpha', 1);
    return step('MUL', x, step('LOGISTIC', alpha === 1 ? x : step('MUL', x, alpha)));
  }),
  ThresholdedRelu: thresholdedRelu,
  Erf: composed(errorFunction),
  Gelu: composed(gelu),
  'com.microsoft:Gelu': composed(gelu),
  'com.microsoft:QuickGelu': composed((step, x, operator) =>
    step('MUL', x, step('LOGISTIC', step('MUL', x, floatAttribute(operator, 'alpha', 1.702)))),
  ),
};

/** Adds an elementwise operator of tensors and numbers. */
type Step = (type: string, ...operands: readonly (TensorId | { readonly tensor: TensorId } | number)[]) => Operand;

/** A tensor among numbers. */
interface Operand {
  readonly tensor: TensorId;
}

/** An activation of several elementwise operators. */
function composed(compute: (step: Step, x: Operand, operator: Operator) => Operand): Lowering {
  return (lowerer, operator) => {
    const input = inputOf(operator, 0);
    const output = outputOf(operator);
    const { tensor, shape, arrangement } = lowerer.native(input);
    const name = lowerer.nameOf(output);
    const step: Step = (type, ...operands) => {
      const inputs = operands.map((operand) =>
        typeof operand === 'number' ? scalar(lowerer, operand) : operand.tensor,
      );
      return { tensor: lowerer.emit(type, inputs, shape, {}, { name: `${name}/${type.toLowerCase()}` }) };
    };
    const result = compute(step, { tensor }, operator);
    lowerer.rename(result.tensor, name);
    lowerer.define(output, result.tensor, arrangement);
  };
}

/** γ · (max(x, 0) + α · (exp(min(x, 0)) - 1)); ELU itself where both are 1. */
function exponentialLinear(step: Step, x: Operand, alpha: number, gamma: number): Operand {
  if (alpha === 1) return gamma === 1 ? step('ELU', x) : step('MUL', step('ELU', x), gamma);
  const negative = step('MUL', step('SUB', step('EXP', step('MINIMUM', x, 0)), 1), alpha);
  const sum = step('ADD', step('RELU', x), negative);
  return gamma === 1 ? sum : step('MUL', sum, gamma);
}

/** max(x, 0) + α · (exp(min(x, 0) / α) - 1) = α · ELU(x / α) for α > 0. */
function celu(step: Step, x: Operand, operator: Operator): Operand {
  const alpha = floatAttribute(operator, 'alpha', 1);
  return alpha === 1 ? step('ELU', x) : step('MUL', step('ELU', step('MUL', x, 1 / alpha)), alpha);
}

/** clip(α·x + β, 0, 1) as RELU6(6·α·x + 6·β) / 6: RELU6 is taken into the addition. α is 1/6 in the networks that use it. */
function hardSigmoid(step: Step, x: Operand, operator: Operator): Operand {
  const alpha = floatAttribute(operator, 'alpha', 0.2);
  const beta = floatAttribute(operator, 'beta', 0.5);
  const scaled = Math.abs(6 * alpha - 1) < 1e-6 ? x : step('MUL', x, 6 * alpha);
  return step('MUL', step('RELU6', step('ADD', scaled, 6 * beta)), 1 / 6);
}

/** log(1 + exp(x)) as max(x, 0) + log(1 + exp(-|x|)), which does not overflow. */
function softplus(step: Step, x: Operand, _: Operator): Operand {
  const small = step('LOG', step('ADD', step('EXP', step('NEG', step('ABS', x))), 1));
  return step('ADD', step('RELU', x), small);
}

const isByTanh = (operator: Operator): boolean => stringAttribute(operator, 'approximate', 'none') === 'tanh';

/**
 * erf(x) within 1.5e-7: 1 - (a1·t + … + a5·t⁵)·exp(-x²), t = 1 / (1 + p·|x|), with the sign of x (Abramowitz and Stegun, 7.1.26);
 * or tanh(2/√π · (x + 0.08943·x³)), which is what GELU's approximation says of it (`forIntegers`).
 */
function errorFunction(step: Step, x: Operand, operator: Operator): Operand {
  if (isByTanh(operator)) {
    const cubic = step('MUL', x, step('ADD', step('MUL', step('MUL', x, x), 2 * 0.044715), 1));
    return step('TANH', step('MUL', cubic, 2 / Math.sqrt(Math.PI)));
  }
  const size = step('ABS', x);
  const t = step('DIV', 1, step('ADD', step('MUL', size, 0.3275911), 1));
  const coefficients = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const [first = 0, ...rest] = coefficients;
  let sum = step('ADD', step('MUL', t, first), rest[0] ?? 0);
  for (const next of rest.slice(1)) sum = step('ADD', step('MUL', sum, t), next);
  const tail = step('MUL', step('MUL', sum, t), step('EXP', step('NEG', step('MUL', x, x))));
  const positive = step('SUB', 1, tail);
  // x / |x| without dividing by 0.
  return step('MUL', positive, step('MAXIMUM', step('MINIMUM', step('MUL', x, 1e30), 1), -1));
}

/** x · Φ(x), or its approximation by tanh where the model asks for that. */
function gelu(step: Step, x: Operand, operator: Operator): Operand {
  if (isByTanh(operator)) {
    const cubic = step('MUL', x, step('ADD', step('MUL', step('MUL', x, x), 0.044715), 1));
    const angle = step('MUL', cubic, Math.sqrt(2 / Math.PI));
    return step('MUL', step('MUL', x, 0.5), step('ADD', step('TANH', angle), 1));
  }
  const error = errorFunction(step, step('MUL', x, Math.SQRT1_2), operator);
  return step('MUL', step('MUL', x, 0.5), step('ADD', error, 1));
}

/** Adds the activation of a tensor as it is, with options. */
function activation(lowerer: Lowerer, operator: Operator, type: string, options: Options = {}): void {
  const output = outputOf(operator);
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const result = { name: lowerer.nameOf(output), dtype: lowerer.typeOf(output) };
  lowerer.define(output, lowerer.emit(type, [tensor], shape, options, result), arrangement);
}

/** Bounds: attributes before opset 11, scalars since, which the model may compute (80 dB below the loudest, in spectrograms). */
function clip(lowerer: Lowerer, operator: Operator) {
  const bound = (name: string, position: number, fallback: number): number | undefined => {
    const id = operator.inputs[position];
    if (id === undefined || id === null) return floatAttribute(operator, name, fallback);
    return lowerer.numbersOf(id)?.[0];
  };
  const least = bound('min', 1, Number.NEGATIVE_INFINITY);
  const most = bound('max', 2, Number.POSITIVE_INFINITY);
  const largest = 3.4e38;
  const [isBelow, isAbove] = [least === undefined || least > -largest, most === undefined || most < largest];
  const dtype = lowerer.typeOf(inputOf(operator, 0));
  if (dtype === 'float32') {
    if (least === 0 && most === 6) return activation(lowerer, operator, 'RELU6');
    if (least === 0 && !isAbove) return activation(lowerer, operator, 'RELU');
    if (least === -1 && most === 1) return activation(lowerer, operator, 'RELU_N1_TO_1');
  }
  const output = outputOf(operator);
  const name = lowerer.nameOf(output);
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const operand = (value: number | undefined, position: number): TensorId => {
    if (value !== undefined) return lowerer.constant(`${name}/bound`, dtype, [1], [value]);
    const id = inputOf(operator, position);
    const bare = lowerer.native(id).tensor;
    // More axes than the other operand's, all of them 1, do not broadcast.
    return lowerer.tensorShape(bare).length > shape.length ? lowerer.asInOnnx(id) : bare;
  };
  const below = isBelow ? lowerer.emit('MAXIMUM', [tensor, operand(least, 1)], shape, {}, { name }) : tensor;
  const result = isAbove ? lowerer.emit('MINIMUM', [below, operand(most, 2)], shape, {}, { name }) : below;
  if (result === tensor) return lowerer.alias(output, inputOf(operator, 0));
  lowerer.define(output, result, arrangement);
}

function leakyRelu(lowerer: Lowerer, operator: Operator) {
  activation(lowerer, operator, 'LEAKY_RELU', { alpha: { float: floatAttribute(operator, 'alpha', 0.01) } });
}

/** PRELU broadcasts its slopes. */
function parametricRelu(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const ids = [inputOf(operator, 0), inputOf(operator, 1)];
  const { tensors, shape, arrangement } = operandsOf(lowerer, ids, lowerer.shapeOf(output));
  lowerer.define(output, lowerer.emit('PRELU', tensors, shape, {}, { name: lowerer.nameOf(output) }), arrangement);
}

/** x where x > α, else 0. */
function thresholdedRelu(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const { tensor, shape, arrangement } = lowerer.native(inputOf(operator, 0));
  const holds = lowerer.emit(
    'GREATER',
    [tensor, scalar(lowerer, floatAttribute(operator, 'alpha', 1))],
    shape,
    {},
    { dtype: 'bool' },
  );
  const inputs = [holds, tensor, scalar(lowerer, 0)];
  const result = { name: lowerer.nameOf(output), dtype: lowerer.tensorType(tensor) };
  lowerer.define(output, lowerer.emit('SELECT_V2', inputs, shape, {}, result), arrangement);
}
