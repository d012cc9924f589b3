import { UserError } from '../../errors.ts';
import { floatAttribute, inputTensor, intAttribute, intsAttribute, stringAttribute } from '../../graph/access.ts';
import { type ConstantValue, constantOf } from '../../graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, TensorId } from '../../graph/graph.ts';
import { nestedGraphs } from '../../graph/traversal.ts';
import { edit } from '../../passes/edit.ts';

/** An operator of an older operator set in the words of set 13; `undefined` when that needs more than this operator. */
type Raise = (
  graph: Graph,
  operator: Operator,
  constant: (hint: string, value: ConstantValue) => TensorId,
) => Operator | undefined;

/** The set that the rules lead to. */
const reached = 13;
/** Before it, broadcasting was an attribute and consumed inputs existed. */
const oldest = 7;

/**
 * The operators of a graph as operator set 13 wants them (https://onnx.ai/onnx/operators: each page lists what changed): attributes that became inputs,
 * softmax over one axis. Graphs of set 13 and later come back as they are. The imported version is left for `withOpset` to state.
 * @throws UserError naming the operator that has no counterpart.
 */
export function raiseOpset(graph: Graph, version: number): Graph {
  const rewrite = edit(graph);
  for (const [index, operator] of rewrite.operators()) {
    if (operator.domain !== '' || operator.version >= reached) continue;
    if (nestedGraphs(operator).some((nested) => nested.operators.some(isChanging))) throw cannot(operator, version);
    const rule = isChanging(operator) ? rules[operator.type] : undefined;
    if (operator.version < oldest) throw cannot(operator, version);
    if (rule === undefined) continue;
    const raised = rule[1](graph, operator, (hint, value) =>
      rewrite.addConstant(`${operator.name || operator.type}_${hint}`, value),
    );
    if (raised === undefined) throw cannot(operator, version);
    if (raised !== operator) rewrite.replace(index, raised);
  }
  return rewrite.finish();
}

function isChanging({ type, domain, version }: Operator): boolean {
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  return domain === '' && rule !== undefined && version < rule[0];
}

function cannot(operator: Operator, version: number): UserError {
  return new UserError(
    `${operator.type} "${operator.name}" of operator set ${operator.version} has no plain counterpart in set ${version}, which int8 needs; export the model with opset ${reached} or later.`,
  );
}

const without = (operator: Operator, ...names: readonly string[]): Readonly<Record<string, Attribute>> =>
  Object.fromEntries(Object.entries(operator.attributes).filter(([name]) => !names.includes(name)));
const int64s = (values: readonly number[]): ConstantValue => constantOf('int64', [values.length], values);
const float = (value: number): ConstantValue => constantOf('float32', [], [value]);
const text = (value: string): Attribute => ({ kind: 'string', value });
const firstInput = (operator: Operator): TensorId | null => operator.inputs[0] ?? null;

/** An attribute of integers becomes the second input; left out when there is none. */
const attributeToInput =
  (name: string): Raise =>
  (_, operator, constant) => {
    const values = intsAttribute(operator, name);
    const inputs =
      values === undefined ? [firstInput(operator)] : [firstInput(operator), constant(name, int64s(values))];
    return { ...operator, inputs, attributes: without(operator, name) };
  };

/** Was taken over all axes from `axis` on, and is over `axis` alone: the same where the later extents are 1. */
const overOneAxis: Raise = (graph, operator) => {
  const input = inputTensor(graph, operator, 0);
  const rank = input?.shape?.length;
  if (rank === undefined) return undefined;
  const given = intAttribute(operator, 'axis', 1);
  const axis = given < 0 ? given + rank : given;
  if (input?.shape?.slice(axis + 1).some((extent) => extent !== 1) === true) return undefined;
  return { ...operator, attributes: { ...operator.attributes, axis: { kind: 'int', value: axis } } };
};

/** Sampling as Upsample and the first Resize did it. */
const asResize =
  (inputs: (operator: Operator, constant: Parameters<Raise>[2]) => readonly (TensorId | null)[] | undefined): Raise =>
  (_, operator, constant) => {
    const newInputs = inputs(operator, constant);
    const attributes = {
      mode: text(stringAttribute(operator, 'mode', 'nearest')),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    };
    return newInputs === undefined ? undefined : { ...operator, type: 'Resize', inputs: newInputs, attributes };
  };

/** By type: the set from which on nothing needs to be done, and what is done before. */
const rules: Readonly<Record<string, readonly [number, Raise]>> = {
  Clip: [
    11,
    (_, operator, constant) => {
      const low = operator.attributes.min && constant('min', float(floatAttribute(operator, 'min', 0)));
      const high = operator.attributes.max && constant('max', float(floatAttribute(operator, 'max', 0)));
      return { ...operator, inputs: [firstInput(operator), low ?? null, high ?? null], attributes: {} };
    },
  ],
  Pad: [
    11,
    (_, operator, constant) => {
      const pads = constant('pads', int64s(intsAttribute(operator, 'pads') ?? []));
      const value = constant('value', float(floatAttribute(operator, 'value', 0)));
      return {
        ...operator,
        inputs: [firstInput(operator), pads, value],
        attributes: without(operator, 'pads', 'value'),
      };
    },
  ],
  Slice: [
    10,
    (_, operator, constant) => {
      const starts = intsAttribute(operator, 'starts') ?? [];
      const axes = intsAttribute(operator, 'axes') ?? starts.map((_start, axis) => axis);
      const inputs = [
        firstInput(operator),
        constant('starts', int64s(starts)),
        constant('ends', int64s(intsAttribute(operator, 'ends') ?? [])),
        constant('axes', int64s(axes)),
      ];
      return { ...operator, inputs, attributes: {} };
    },
  ],
  Squeeze: [13, attributeToInput('axes')],
  Unsqueeze: [13, attributeToInput('axes')],
  ReduceSum: [13, attributeToInput('axes')],
  Split: [13, attributeToInput('split')],
  Softmax: [13, overOneAxis],
  LogSoftmax: [13, overOneAxis],
  Hardmax: [13, overOneAxis],
  // At inference it passes its input on; the ratio means nothing.
  Dropout: [12, (_, operator) => ({ ...operator, attributes: {} })],
  TopK: [
    10,
    (_, operator, constant) => ({
      ...operator,
      inputs: [firstInput(operator), constant('k', int64s([intAttribute(operator, 'k', 1)]))],
      attributes: without(operator, 'k'),
    }),
  ],
  Upsample: [
    reached,
    asResize((operator, constant) => {
      if (operator.version >= 9) return [firstInput(operator), null, operator.inputs[1] ?? null];
      const scales = operator.attributes.scales;
      if (scales?.kind !== 'floats') return undefined;
      return [
        firstInput(operator),
        null,
        constant('scales', constantOf('float32', [scales.value.length], scales.value)),
      ];
    }),
  ],
  Resize: [11, asResize((operator) => [firstInput(operator), null, operator.inputs[1] ?? null])],
  BatchNormalization: [
    9,
    (_, operator) =>
      intAttribute(operator, 'spatial', 1) === 1
        ? { ...operator, attributes: without(operator, 'spatial') }
        : undefined,
  ],
  Scatter: [11, (_, operator) => ({ ...operator, type: 'ScatterElements' })],
  Scan: [9, () => undefined],
};
