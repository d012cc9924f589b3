import type { ConstantValue } from '../../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { asInOnnx } from '../arrangement.ts';
import { inputOf, type Lowerer, type Lowerings, type NestedInput, outputOf } from '../lowerer.ts';

/**
 * Control flow as operators on subgraphs. What a nested graph uses of the graph around it becomes an input of the subgraph.
 *
 *     c ─▶ If (then, else) ─▶ y       c, x ─▶ IF (subgraphs) ─▶ y
 *     n, c, v ─▶ Loop ─▶ v            0, c, v, x ─▶ WHILE (i < n and c; body) ─▶ v
 */
export const controlFlowLowerings: Lowerings = { If: branch, Loop: loop };

/** What a nested graph uses of the graph around it. */
interface Outside {
  /** Computed tensors, by name. */
  readonly computed: ReadonlyMap<string, TensorId>;
  /** Constants, by name. */
  readonly known: ReadonlyMap<string, ConstantValue>;
}

function outsideOf(lowerer: Lowerer, graphs: readonly Graph[]): Outside {
  const computed = new Map<string, TensorId>();
  const known = new Map<string, ConstantValue>();
  for (const { name } of graphs.flatMap(({ captures }) => captures)) {
    const id = lowerer.graph.tensors.findIndex((tensor) => tensor.name === name);
    const value = lowerer.constantOf(id);
    if (value === undefined) computed.set(name, id);
    else known.set(name, value);
  }
  return { computed, known };
}

/** Inputs of a subgraph for the tensors around it, and the nested tensors that they are. */
function captured(lowerer: Lowerer, graph: Graph, { computed, known }: Outside) {
  const own = new Map(graph.captures.map(({ name, tensor }) => [name, tensor]));
  const inputs = [...computed].map(
    ([name, id]): NestedInput => ({
      name,
      dtype: lowerer.typeOf(id),
      shape: lowerer.shapeOf(id),
      tensor: own.get(name),
    }),
  );
  const constants = new Map<TensorId, ConstantValue>();
  for (const [name, value] of known) {
    const id = own.get(name);
    if (id !== undefined) constants.set(id, value);
  }
  return { inputs, constants };
}

function graphAttribute(lowerer: Lowerer, operator: Operator, name: string): Graph {
  const attribute = operator.attributes[name];
  return attribute?.kind === 'graph' ? attribute.value : lowerer.refuse(operator, `it has no ${name}`);
}

/** A computed tensor of a subgraph's own: outputs that are inputs or constants are copied. */
function own(inner: Lowerer, id: TensorId): TensorId {
  const tensor = inner.asInOnnx(id);
  const shape = inner.shapeOf(id);
  const isComputed = inner.producerOf(id) !== undefined && inner.constantOf(id) === undefined;
  if (isComputed) return tensor;
  // A scalar's shape would be an empty constant, which LiteRT takes for one that is computed.
  if (shape.length === 0)
    return inner.emit(inner.typeOf(id) === 'bool' ? 'LOGICAL_AND' : 'MAXIMUM', [tensor, tensor], shape);
  return inner.emit('RESHAPE', [tensor, inner.constant('shape', 'int32', [shape.length], shape)], shape);
}

function branch(lowerer: Lowerer, operator: Operator) {
  const branches = ['then_branch', 'else_branch'].map((name) => graphAttribute(lowerer, operator, name)) as [
    Graph,
    Graph,
  ];
  for (const { outputs } of branches) {
    if (outputs.length !== operator.outputs.length)
      lowerer.refuse(operator, `a branch gives ${outputs.length} values, not ${operator.outputs.length}`);
  }
  const outside = outsideOf(lowerer, branches);
  const [then, otherwise] = branches.map((graph) =>
    lowerer.subgraph({
      graph,
      ...captured(lowerer, graph, outside),
      finish: (inner) => graph.outputs.map((id) => own(inner, id)),
    }),
  ) as [number, number];
  const ids = operator.outputs.map((_, position) => outputOf(operator, position));
  const shapes = ids.map(lowerer.shapeOf);
  const outputs = ids.map((id) => ({ name: lowerer.nameOf(id), dtype: lowerer.typeOf(id) }));
  const inputs = [lowerer.asInOnnx(inputOf(operator, 0)), ...[...outside.computed.values()].map(lowerer.asInOnnx)];
  const options = { then_subgraph_index: then, else_subgraph_index: otherwise };
  const results = lowerer.emitMany('IF', inputs, shapes, options, outputs);
  ids.forEach((id, index) => void lowerer.define(id, results[index] as TensorId, asInOnnx(lowerer.shapeOf(id))));
}

/** Loop-carried values only: what a loop collects over its iterations has no fixed shape. */
function loop(lowerer: Lowerer, operator: Operator) {
  const body = graphAttribute(lowerer, operator, 'body');
  const carried = operator.inputs.slice(2).filter((id) => id !== null);
  if (operator.outputs.length > carried.length) return lowerer.refuse(operator, 'it collects values of its iterations');
  // The condition first, then what is carried on (ONNX, Loop).
  if (body.outputs.length !== 1 + carried.length)
    return lowerer.refuse(operator, `its body gives ${body.outputs.length} values, not ${1 + carried.length}`);
  const [limitId, condition] = [operator.inputs[0] ?? undefined, operator.inputs[1] ?? undefined];
  const limit = limitId === undefined ? undefined : lowerer.numbersOf(limitId)?.[0];
  if (limitId !== undefined && limit === undefined)
    return lowerer.refuse(operator, 'its number of iterations is computed by the model');
  const outside = outsideOf(lowerer, [body]);
  const { inputs: captures, constants } = captured(lowerer, body, outside);
  const [iteration, goesOn, ...states] = body.inputs;
  const values = carried.map(
    (id, index): NestedInput => ({
      name: lowerer.nameOf(id),
      dtype: lowerer.typeOf(id),
      shape: lowerer.shapeOf(id),
      tensor: states[index],
    }),
  );
  const inputs: NestedInput[] = [
    { name: 'iteration', dtype: 'int32', shape: [], tensor: iteration },
    { name: 'goes_on', dtype: 'bool', shape: [], tensor: goesOn },
    ...values,
    ...captures,
  ];
  const most = Math.min(limit ?? Number.POSITIVE_INFINITY, 2 ** 31 - 1);
  const test = lowerer.subgraph({
    graph: { ...body, operators: [], outputs: [] },
    inputs: inputs.map((input) => ({ ...input, tensor: undefined })),
    constants: new Map(),
    finish: (inner, [count = -1, flag = -1]) => {
      const bound = inner.constant('iterations', 'int32', [], [most]);
      const isBelow = inner.emit('LESS', [count, bound], [], {}, { dtype: 'bool' });
      return [inner.emit('LOGICAL_AND', [isBelow, flag], [], {}, { dtype: 'bool' })];
    },
  });
  const step = lowerer.subgraph({
    graph: body,
    inputs,
    constants,
    finish: (inner, given) => {
      const next = inner.emit('ADD', [given[0] as TensorId, inner.constant('one', 'int32', [], [1])], []);
      const results = body.outputs.map((id) => own(inner, id));
      return [next, ...results, ...given.slice(2 + values.length)];
    },
  });
  const start = [
    lowerer.constant('zero_iterations', 'int32', [], [0]),
    condition === undefined ? lowerer.constant('true', 'bool', [], [1]) : lowerer.asInOnnx(condition),
    ...carried.map(lowerer.asInOnnx),
    ...[...outside.computed.values()].map(lowerer.asInOnnx),
  ];
  const outputs = inputs.map(({ name, dtype }) => ({ name, dtype }));
  const options = { cond_subgraph_index: test, body_subgraph_index: step };
  const results = lowerer.emitMany(
    'WHILE',
    start,
    inputs.map(({ shape }) => shape),
    options,
    outputs,
  );
  operator.outputs.forEach((id, index) => {
    if (id === null) return;
    const shape = inputs[index + 2]?.shape ?? [];
    lowerer.rename(results[index + 2] as TensorId, lowerer.nameOf(id));
    lowerer.define(id, results[index + 2] as TensorId, asInOnnx(shape));
  });
}
