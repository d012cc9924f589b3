import { intAttribute, intsAttribute } from '../graph/access.ts';
import { type ConstantValue, constantOf } from '../graph/evaluate/constant-value.ts';
import { evaluate } from '../graph/evaluate/evaluate.ts';
import { normalAxis } from '../graph/evaluate/indexing.ts';
import type { Attribute, Graph, Operator, TensorId } from '../graph/graph.ts';
import type { Fact } from '../graph/infer/fact.ts';
import { factsOf, inheritFacts } from '../graph/infer/propagate.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { integersOf, type MaybeId, soleProducerOf } from './match.ts';
import { mergeTransposes } from './merge-transposes.ts';
import { removeIdentities } from './remove-identities.ts';

/**
 * Transpositions wander behind what does not care about the order of axes until two meet and cancel.
 *
 * ```
 *   x ─▶ Transpose(0 2 3 1) ─▶ Relu ─▶ Add(c) ─▶ Transpose(0 3 1 2) ─▶ y
 *   x ─▶ Relu ─▶ Add(transposed c) ─▶ y
 * ```
 *
 * Past activations, arithmetic (with scalars, constants, or operands that are transposed alike), joins, splits of one use, pads, softmax and
 * reductions that keep the rank. Where that leaves no fewer operators, everything stays where it was.
 */
export function sinkTransposes(graph: Graph): Graph {
  if (!hasType(graph, 'Transpose') || countOf(graph) < 2) return graph;
  const sunk = sink(graph);
  if (sunk === graph) return graph;
  inheritFacts(graph, sunk);
  const merged = mergeTransposes(sunk);
  inheritFacts(sunk, merged);
  const rest = removeIdentities(merged);
  return rest.operators.length < graph.operators.length ? rest : graph;
}

const countOf = (graph: Graph): number => graph.operators.filter((operator) => isType(operator, 'Transpose')).length;

/** Operators of one input that compute each element by itself. */
export const unary: ReadonlySet<string> = new Set(
  (
    'Abs Acos Asin Atan Cast Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Log Mish Neg Not ' +
    'Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh ThresholdedRelu'
  ).split(' '),
);
/** Operators of several inputs that compute each element by itself, broadcasting. */
export const elementwise: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Max Min Sum Mean Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor Where PRelu'.split(
    ' ',
  ),
);

type Facts = ReadonlyMap<TensorId, Fact>;

/** One walk in order carries every transposition as far as it goes: what stands behind an operator is met again further on. */
function sink(graph: Graph): Graph {
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (index >= graph.operators.length) break;
    const moved = movedOver(rewriting, facts, operator);
    const [output] = operator.outputs;
    if (moved === undefined || output === undefined || output === null || operator.outputs.length !== 1) continue;
    const inner = rewriting.addTensor(`${rewriting.tensor(output).name}_untransposed`, rewriting.tensor(output).dtype);
    rewriting.insertBefore(index, { ...moved.operator, outputs: [inner] });
    const transposes = moved.transposes.map((id) => rewriting.producer(id)?.[0]);
    rewriting.replace(index, {
      name: `${operator.name}_transpose`,
      type: 'Transpose',
      domain: '',
      version: operator.version,
      inputs: [inner],
      outputs: [output],
      attributes: { perm: { kind: 'ints', value: moved.perm } },
    });
    for (const at of transposes) if (at !== undefined) rewriting.remove(at);
  }
  return rewriting.finish();
}

interface Moved {
  readonly operator: Operator;
  readonly perm: readonly number[];
  /** Tensors whose transpositions nobody else uses. */
  readonly transposes: readonly TensorId[];
}

/** The operator as it works on what is not transposed yet; `undefined` when it cannot, or has no transposed input. */
function movedOver(rewriting: Edit, facts: Facts, operator: Operator): Moved | undefined {
  if (operator.domain !== '' || operator.version < 7) return undefined;
  const transposed = transposedInput(rewriting, operator.inputs[0]);
  if (unary.has(operator.type)) {
    return (
      transposed && {
        operator: withFirst(operator, transposed.source),
        perm: transposed.perm,
        transposes: [transposed.id],
      }
    );
  }
  if (elementwise.has(operator.type)) return overOperands(rewriting, facts, operator, undefined);
  if (isType(operator, 'Concat')) return overOperands(rewriting, facts, operator, intAttribute(operator, 'axis', 1));
  if (transposed === undefined) return undefined;
  const changed = overOne(rewriting, operator, transposed.perm);
  return (
    changed && { operator: withFirst(changed, transposed.source), perm: transposed.perm, transposes: [transposed.id] }
  );
}

const withFirst = (operator: Operator, first: TensorId): Operator => ({
  ...operator,
  inputs: [first, ...operator.inputs.slice(1)],
});

function transposedInput(rewriting: Edit, id: MaybeId) {
  const transpose = soleProducerOf(rewriting, id, 'Transpose')?.[1];
  const perm = transpose && intsAttribute(transpose, 'perm');
  const source = transpose?.inputs[0];
  if (perm === undefined || source === null || source === undefined || id === null || id === undefined)
    return undefined;
  return { id, perm, source };
}

/** Several operands: all transposed alike, or constants that can be turned the other way. */
function overOperands(rewriting: Edit, facts: Facts, operator: Operator, axis: number | undefined): Moved | undefined {
  const operands = operator.inputs.map((id) => transposedInput(rewriting, id));
  const perm = operands.find((operand) => operand !== undefined)?.perm;
  if (perm === undefined) return undefined;
  const rank = perm.length;
  const inputs: TensorId[] = [];
  const constants: [number, ConstantValue][] = [];
  for (const [position, id] of operator.inputs.entries()) {
    const operand = operands[position];
    const value = rewriting.constant(id);
    if (operand !== undefined && operand.perm.join() === perm.join()) inputs.push(operand.source);
    else if (value !== undefined && value.shape.length <= rank && (axis === undefined || value.shape.length === rank)) {
      const turned = turnedBack(value, perm);
      if (turned === undefined) return undefined;
      constants.push([position, turned]);
      inputs.push(-1);
    } else if (id !== null && axis === undefined && facts.get(id)?.shape?.length === 0) inputs.push(id);
    else return undefined;
  }
  if (new Set(operator.inputs).size !== operator.inputs.length) return undefined;
  for (const [position, value] of constants) {
    inputs[position] =
      value.shape.length === 0
        ? (operator.inputs[position] as TensorId)
        : rewriting.addConstant(`${rewriting.tensor(operator.inputs[position] as TensorId).name}_turned`, value);
  }
  const normal = axis === undefined ? undefined : normalAxis(axis, rank);
  if (axis !== undefined && normal === undefined) return undefined;
  const attributes: Readonly<Record<string, Attribute>> =
    normal === undefined
      ? operator.attributes
      : { ...operator.attributes, axis: { kind: 'int', value: perm[normal] as number } };
  const transposes = operands.flatMap((operand) => (operand === undefined ? [] : [operand.id]));
  return { operator: { ...operator, inputs, attributes }, perm, transposes };
}

/** A constant operand as it must be for the operand that is not transposed yet. */
function turnedBack(value: ConstantValue, perm: readonly number[]): ConstantValue | undefined {
  if (value.elements.length === 1 && value.shape.length === 0) return value;
  const shape = [...new Array<number>(perm.length - value.shape.length).fill(1), ...value.shape];
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  const transpose: Operator = {
    name: '',
    type: 'Transpose',
    domain: '',
    version: 13,
    inputs: [0],
    outputs: [0],
    attributes: { perm: { kind: 'ints', value: inverse } },
  };
  return evaluate(transpose, [{ ...value, shape }])?.[0];
}

/** Operators of one input that name axes. */
function overOne(rewriting: Edit, operator: Operator, perm: readonly number[]): Operator | undefined {
  const rank = perm.length;
  if (isType(operator, 'Softmax', 'LogSoftmax') && operator.version >= 13) {
    const axis = normalAxis(intAttribute(operator, 'axis', -1), rank);
    return axis === undefined
      ? undefined
      : { ...operator, attributes: { ...operator.attributes, axis: { kind: 'int', value: perm[axis] as number } } };
  }
  if (operator.type.startsWith('Reduce') && intAttribute(operator, 'keepdims', 1) === 1) {
    const axes = integersOf(rewriting, operator, 'axes', 1)?.map((axis) => normalAxis(axis, rank));
    if (axes === undefined || axes.length === 0 || axes.includes(undefined)) return undefined;
    const turned = axes.map((axis) => perm[axis as number] as number).sort((a, b) => a - b);
    if (operator.inputs.length < 2) {
      return { ...operator, attributes: { ...operator.attributes, axes: { kind: 'ints', value: turned } } };
    }
    const constant = rewriting.addConstant(`${operator.name}_axes`, constantOf('int64', [turned.length], turned));
    return { ...operator, inputs: [operator.inputs[0] ?? null, constant] };
  }
  if (isType(operator, 'Pad')) {
    const pads = integersOf(rewriting, operator, 'pads', 1);
    if (pads?.length !== 2 * rank || (operator.inputs[3] ?? null) !== null) return undefined;
    const turned = new Array<number>(2 * rank).fill(0);
    perm.forEach((from, axis) => {
      turned[from] = pads[axis] as number;
      turned[from + rank] = pads[axis + rank] as number;
    });
    if (operator.version < 11) {
      return { ...operator, attributes: { ...operator.attributes, pads: { kind: 'ints', value: turned } } };
    }
    const constant = rewriting.addConstant(`${operator.name}_pads`, constantOf('int64', [turned.length], turned));
    return { ...operator, inputs: [operator.inputs[0] ?? null, constant, ...operator.inputs.slice(2)] };
  }
  return undefined;
}
