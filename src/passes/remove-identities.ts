import { intsAttribute, stringAttribute } from '../graph/access.ts';
import { type ConstantValue, numbersIn, numbersOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Shape, TensorId } from '../graph/graph.ts';
import { type Fact, isKnown } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, isStandard } from './edit.ts';

/** What a check may look at. */
interface Context {
  readonly operator: Operator;
  readonly rewriting: Edit;
  readonly facts: ReadonlyMap<TensorId, Fact>;
}

type Check = (context: Context) => boolean;

const given = ({ operator }: Context, position: number): boolean =>
  operator.inputs[position] !== undefined && operator.inputs[position] !== null;

const numbers = ({ operator, rewriting }: Context, position: number): readonly number[] | undefined => {
  const value: ConstantValue | undefined = rewriting.constant(operator.inputs[position]);
  return value && numbersOf(value);
};

/** True for a constant all of whose elements are `number`. */
const isAll = ({ operator, rewriting }: Context, position: number, number: number): boolean => {
  const value = rewriting.constant(operator.inputs[position]);
  const elements = value && numbersIn(value);
  if (elements === undefined) return false;
  for (let i = 0; i < elements.length; i++) if (elements[i] !== number) return false;
  return true;
};

const factOf = ({ facts }: Context, id: TensorId | null | undefined): Fact | undefined =>
  id === null || id === undefined ? undefined : facts.get(id);

/** True when both shapes are known and equal; names are equal to themselves, unknown extents to nothing. */
function equalShapes(left: Shape | undefined, right: Shape | undefined): boolean {
  if (left === undefined || left.length !== right?.length) return false;
  return left.every((extent, axis) => isKnown(extent) && extent === right[axis]);
}

const keepsShape: Check = (context) =>
  equalShapes(factOf(context, context.operator.inputs[0])?.shape, factOf(context, context.operator.outputs[0])?.shape);

const keepsType: Check = (context) => {
  const dtype = factOf(context, context.operator.inputs[0])?.dtype;
  return dtype !== undefined && dtype !== 'unknown' && dtype === factOf(context, context.operator.outputs[0])?.dtype;
};

const hasOneInput: Check = ({ operator }) => operator.inputs.length === 1;

/** Further outputs (a mask, indices) that nobody uses. */
const otherOutputsUnused: Check = ({ operator, rewriting }) =>
  operator.outputs.slice(1).every((id) => id === null || (rewriting.useCount(id) === 0 && !rewriting.isPinned(id)));

const dropout: Check = (context) => {
  const trains = given(context, 2) && numbers(context, 2)?.[0] !== 0;
  return !trains;
};

const transpose: Check = (context) => {
  const perm = intsAttribute(context.operator, 'perm');
  const rank = factOf(context, context.operator.inputs[0])?.shape?.length;
  return perm === undefined ? rank !== undefined && rank <= 1 : perm.every((axis, position) => axis === position);
};

const pad: Check = (context) => {
  const pads = given(context, 1) ? numbers(context, 1) : intsAttribute(context.operator, 'pads');
  return pads?.every((amount) => amount === 0) ?? false;
};

const slice: Check = (context) => {
  const steps = given(context, 4) ? numbers(context, 4) : [];
  return steps?.every((step) => step > 0) === true && keepsShape(context);
};

/** A second operand that changes nothing, broadcast to nothing larger. */
const neutral =
  (value: number): Check =>
  (context) => {
    if (context.operator.version < 7 || context.operator.inputs.length !== 2) return false;
    return keepsShape(context) && keepsType(context) && isAll(context, 1, value);
  };

const pool: Check = (context) => {
  const { operator } = context;
  const all = (name: string, value: number): boolean =>
    intsAttribute(operator, name)?.every((element) => element === value) ?? name !== 'kernel_shape';
  const isExplicit = stringAttribute(operator, 'auto_pad', 'NOTSET') !== 'NOTSET' || all('pads', 0);
  return all('kernel_shape', 1) && all('strides', 1) && isExplicit;
};

const resize: Check = (context) => {
  const { operator } = context;
  if (
    operator.version < 11 ||
    stringAttribute(operator, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize'
  ) {
    return false;
  }
  return keepsShape(context) && (given(context, 3) || numbers(context, 2)?.every((scale) => scale === 1) === true);
};

const split: Check = ({ operator }) => operator.outputs.length === 1;

/** When each operator gives its first input back. */
const checks: Readonly<Record<string, Check>> = {
  Identity: () => true,
  Dropout: dropout,
  Cast: keepsType,
  CastLike: keepsType,
  Transpose: transpose,
  Reshape: keepsShape,
  Flatten: keepsShape,
  Expand: keepsShape,
  Tile: keepsShape,
  Pad: pad,
  Concat: hasOneInput,
  Sum: hasOneInput,
  Max: hasOneInput,
  Min: hasOneInput,
  Mean: hasOneInput,
  Slice: slice,
  Split: (context) => split(context) && keepsShape(context),
  Add: neutral(0),
  Sub: neutral(0),
  Mul: neutral(1),
  Div: neutral(1),
  Pow: neutral(1),
  MaxPool: pool,
  AveragePool: pool,
  Resize: resize,
};

const checkOf: ReadonlyMap<string, Check> = new Map(Object.entries(checks));

/**
 * Operators that give back what they get are removed.
 *
 * ```
 *   x ─▶ Identity ─▶ Relu          x ─▶ Relu
 * ```
 *
 * `Identity`, `Dropout` (this is inference), casts to the same type, transpositions and reshapes to the same shape, empty pads, whole slices,
 * joins of one, sums with 0 and products with 1, windows of 1. What stands between a graph input and a graph output stays.
 */
export function removeIdentities(graph: Graph): Graph {
  const candidates = graph.operators.some((operator) => isStandard(operator) && checkOf.has(operator.type));
  if (!candidates) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index] of rewriting.operators()) {
    // Read anew: an earlier removal may have redirected its input.
    const operator = rewriting.operator(index);
    const source = operator?.inputs[0];
    if (operator === undefined || source === undefined || source === null || !isStandard(operator)) continue;
    const check = checkOf.get(operator.type);
    const context = { operator, rewriting, facts };
    if (check?.(context) && otherOutputsUnused(context)) rewriting.bypass(index, source);
  }
  return rewriting.finish();
}
