import { UserError } from '../errors.ts';
import { concreteShape, intAttribute, intsAttribute } from '../graph/access.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import { type Fact, maximumKnownElements } from '../graph/infer/fact.ts';
import { inferOperator } from '../graph/infer/propagate.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import { product } from './arrangement.ts';
import { axisFromFront, type Lowerer } from './lowerer.ts';

/** Dimensions that operators need in their inputs, at least; `null` where any number will do (ONNX's Operators.md). */
const leastRanks: Readonly<Record<string, readonly (number | null)[]>> = {
  Attention: [3, 3, 3],
  AveragePool: [3],
  BatchNormalization: [2, 1, 1, 1, 1],
  Conv: [3, 3, 1],
  ConvTranspose: [3, 3, 1],
  DepthToSpace: [4],
  GRU: [3, 3, 3, 2],
  Gemm: [2, 2],
  GlobalAveragePool: [3],
  GlobalLpPool: [3],
  GlobalMaxPool: [3],
  GridSample: [4, 4],
  InstanceNormalization: [3, 1, 1],
  LRN: [4],
  LSTM: [3, 3, 3, 2],
  LpPool: [3],
  MatMul: [1, 1],
  MaxPool: [3],
  RNN: [3, 3, 3, 2],
  SpaceToDepth: [4],
};

/** Inputs that have a number for each channel of the first. */
const perChannel: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2, 3, 4],
  InstanceNormalization: [1, 2],
};

/** Results of operators that have a fixed number of them. */
const mostOutputs: Readonly<Record<string, number>> = { GRU: 2, LSTM: 3, RNN: 2 };

/** Operators whose inputs are broadcast to the shape of the result. */
const broadcasting: ReadonlySet<string> = new Set(
  'Add And BitShift Div Equal Fmod Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum Where Xor'.split(
    ' ',
  ),
);

/** Those of them that take as many inputs as there are; the others take two, or what `Where` takes. */
const variadic: ReadonlySet<string> = new Set(['Max', 'Mean', 'Min', 'Sum']);

/** Operators that give all elements of their first input and no others. */
const keeping: ReadonlySet<string> = new Set(
  'DepthToSpace Flatten Identity Reshape SpaceToDepth Squeeze Transpose Unsqueeze'.split(' '),
);

/**
 * Checks what rules take for granted of an operator: that its inputs have the dimensions that it works on, and that what it gives has the shape that follows from them. Files state shapes
 * of their own, and inference leaves those where it finds nothing that follows.
 * @throws UserError saying what contradicts what
 */
export function checkOperator(lowerer: Lowerer, operator: Operator): void {
  const shapes = operator.inputs.map((id) => (id === null ? undefined : shapeOf(lowerer, id)));
  const most = Object.hasOwn(mostOutputs, operator.type) ? mostOutputs[operator.type] : undefined;
  if (operator.outputs.length > (most ?? operator.outputs.length)) {
    throw contradiction(`it has ${operator.outputs.length} results and can have ${most}`);
  }
  const needed = !broadcasting.has(operator.type)
    ? 0
    : variadic.has(operator.type)
      ? 1
      : operator.type === 'Where'
        ? 3
        : 2;
  const given = operator.inputs.filter((id) => id !== null).length;
  if (given < needed) throw contradiction(`${operator.type} has ${given} inputs and needs ${needed}`);
  const ranks = Object.hasOwn(leastRanks, operator.type) ? (leastRanks[operator.type] ?? []) : [];
  for (const [position, least] of ranks.entries()) {
    const shape = shapes[position];
    if (least === null || shape === undefined || shape.length >= least) continue;
    throw contradiction(`its input ${position} has ${shape.length} dimensions and needs ${least}`);
  }
  const channels = Object.hasOwn(perChannel, operator.type) ? (perChannel[operator.type] ?? []) : [];
  for (const position of channels) {
    const shape = shapes[position];
    if (shape === undefined || shape.join() === String(shapes[0]?.[1])) continue;
    throw contradiction(`its input ${position} has the shape [${shape.join(', ')}] for ${shapes[0]?.[1]} channels`);
  }
  const [result] = operator.outputs.map((id) => (id === null ? undefined : shapeOf(lowerer, id)));
  checkInputs(operator, shapes);
  if (result !== undefined) checkResult(operator, shapes, result);
  // What is inside would be followed again for each operator around it.
  if (nestedGraphs(operator).length > 0) return;
  const facts = operator.inputs.map((id) => (id === null ? undefined : factOf(lowerer, id)));
  const inferred = inferOperator(operator, facts);
  for (const [position, id] of operator.outputs.entries()) {
    const follows = concreteShape(inferred[position]?.shape);
    const stated = id === null ? undefined : concreteShape(lowerer.graph.tensors[id]?.shape);
    if (follows === undefined || stated === undefined || follows.join() === stated.join()) continue;
    throw contradiction(`its result has the shape [${stated.join(', ')}], and [${follows.join(', ')}] follows`);
  }
}

type Shapes = readonly (readonly number[] | undefined)[];

/** What inference takes on trust: that a result is made of its inputs. */
function checkResult(operator: Operator, shapes: Shapes, result: readonly number[]): void {
  const [first] = shapes;
  // Before set 7 an attribute says how a shape is broadcast.
  if (broadcasting.has(operator.type) && operator.version >= 7) {
    for (const shape of shapes) {
      if (shape === undefined || isBroadcast(shape, result)) continue;
      throw contradiction(
        `an input of the shape [${shape.join(', ')}] is no part of a result of [${result.join(', ')}]`,
      );
    }
  }
  if (keeping.has(operator.type) && first !== undefined && product(first) !== product(result)) {
    throw contradiction(`[${first.join(', ')}] has other elements than the result's [${result.join(', ')}]`);
  }
}

/** Extents of inputs that have to be equal. */
function checkInputs(operator: Operator, shapes: Shapes): void {
  const [first, second] = shapes;
  const perm = intsAttribute(operator, 'perm');
  if (operator.type === 'Transpose' && perm !== undefined && first !== undefined) {
    const isOrder = perm.length === first.length && perm.toSorted((a, b) => a - b).every((axis, at) => axis === at);
    if (!isOrder) throw contradiction(`[${perm.join(', ')}] is no order of ${first.length} axes`);
  }
  if (operator.type === 'MatMul' && first !== undefined && second !== undefined) {
    const inner = second.length === 1 ? second[0] : second.at(-2);
    if (first.at(-1) !== inner) throw contradiction(`it multiplies ${first.at(-1)} columns with ${inner} rows`);
  }
  if (operator.type === 'Gemm' && first !== undefined && second !== undefined) {
    const columns = first[intAttribute(operator, 'transA', 0) === 0 ? 1 : 0];
    const rows = second[intAttribute(operator, 'transB', 0) === 0 ? 0 : 1];
    if (columns !== rows) throw contradiction(`it multiplies ${columns} columns with ${rows} rows`);
  }
  if (operator.type === 'Conv' && first !== undefined && second !== undefined) {
    const wanted = (second[1] ?? 0) * intAttribute(operator, 'group', 1);
    const isFitting = first.length === second.length && first[1] === wanted;
    if (!isFitting)
      throw contradiction(`its weights [${second.join(', ')}] are none for an input of [${first.join(', ')}]`);
  }
  if (operator.type === 'Concat' && first !== undefined) {
    const axis = axisFromFront(intAttribute(operator, 'axis', 1), first.length);
    const odd = shapes.find((shape) => shape !== undefined && !isAlike(shape, first, axis));
    if (odd !== undefined)
      throw contradiction(`[${odd.join(', ')}] can't be joined with [${first.join(', ')}] along axis ${axis}`);
  }
}

/** Whether two shapes are the same but for one axis. */
function isAlike(one: readonly number[], other: readonly number[], but: number): boolean {
  return one.length === other.length && one.every((extent, axis) => axis === but || extent === other[axis]);
}

/** Whether a shape is one that is broadcast to another. */
function isBroadcast(shape: readonly number[], to: readonly number[]): boolean {
  const lead = to.length - shape.length;
  return lead >= 0 && shape.every((extent, axis) => extent === 1 || extent === to[axis + lead]);
}

function shapeOf(lowerer: Lowerer, id: TensorId): readonly number[] | undefined {
  return lowerer.constantOf(id)?.shape ?? concreteShape(lowerer.graph.tensors[id]?.shape);
}

function factOf(lowerer: Lowerer, id: TensorId): Fact | undefined {
  const constant: ConstantValue | undefined = lowerer.constantOf(id);
  const tensor = lowerer.graph.tensors[id];
  if (tensor === undefined) return undefined;
  const { dtype, shape } = tensor;
  if (constant === undefined) return { dtype, shape };
  const isSmall = constant.elements.length <= maximumKnownElements;
  return { dtype, shape: constant.shape, ...(isSmall ? { constant } : {}) };
}

function contradiction(what: string): UserError {
  return new UserError(`The model contradicts itself: ${what}; check it with onnx.checker.`);
}
