import { isConstant } from '../access.ts';
import { countOf, viewOf } from '../evaluate/constant-value.ts';
import { evaluate, hasEvaluator } from '../evaluate/evaluate.ts';
import type { Graph, Operator, Shape, Tensor, TensorId } from '../graph.ts';
import { type Fact, fact, isSameFact, maximumKnownElements, unify } from './fact.ts';
import { ruleOf } from './rules.ts';

/** What is known about the tensors of a graph, and about those of the graphs inside its operators. */
export interface Facts {
  readonly ofTensor: ReadonlyMap<TensorId, Fact>;
  /** By the nested graph; present for those that inference entered. */
  readonly ofNested: ReadonlyMap<Graph, Facts>;
}

/** Inferred beats stated, except where it is silent: a stated batch size is often a leftover of the export. */
function merge(tensor: Tensor, inferred: Fact | undefined): Fact {
  if (inferred === undefined) return fact(tensor.dtype, tensor.shape);
  const dtype = inferred.dtype === 'unknown' ? tensor.dtype : inferred.dtype;
  const { shape } = inferred;
  const stated = tensor.shape;
  if (shape === undefined) return { ...inferred, dtype, shape: stated };
  const merged: Shape =
    stated?.length === shape.length
      ? shape.map((extent, axis) => (extent === '?' ? unify(extent, stated[axis] ?? '?') : extent))
      : shape;
  return { ...inferred, dtype, shape: merged };
}

/** Content of a constant, when it is small enough to matter to shapes. */
function constantFact(tensor: Tensor): Fact {
  const isSmall = tensor.data !== undefined && tensor.data.byteLength <= maximumKnownElements * 8;
  const constant = isSmall ? viewOf(tensor) : undefined;
  return { ...fact(tensor.dtype, tensor.shape), ...(constant === undefined ? {} : { constant }) };
}

/** Outputs of an operator whose inputs are known in full. */
function computed(operator: Operator, inputs: readonly (Fact | undefined)[]): readonly Fact[] | undefined {
  if (!hasEvaluator(operator)) return undefined;
  const values = inputs.map((known) => known?.constant);
  const isComplete = operator.inputs.every((id, position) => id === null || values[position] !== undefined);
  return isComplete
    ? evaluate(operator, values)?.map((constant) => ({ dtype: constant.dtype, shape: constant.shape, constant }))
    : undefined;
}

/** Facts about one operator's outputs; `enter` gives those of a nested graph's outputs. */
export function inferOperator(
  operator: Operator,
  inputs: readonly (Fact | undefined)[],
  enter: (graph: Graph, inputs: readonly (Fact | undefined)[]) => readonly (Fact | undefined)[] = () => [],
): readonly (Fact | undefined)[] {
  const shaped = ruleOf(operator)?.({ operator, inputs, inferNested: enter }) ?? [];
  const count = shaped[0]?.shape?.every((extent) => typeof extent === 'number')
    ? countOf(shaped[0].shape as readonly number[])
    : undefined;
  // Looked into only while small: a weight is not a shape.
  if (count === undefined || count > maximumKnownElements) return shaped;
  return computed(operator, inputs) ?? shaped;
}

/**
 * Follows shapes, element types and small constants through an ONNX graph, in its order.
 * @param given facts about the graph's inputs, in their order, that replace what the file states.
 * @param outer gives facts about tensors of enclosing graphs, by name.
 */
export function propagate(
  graph: Graph,
  given: readonly (Fact | undefined)[] = [],
  outer: (name: string) => Fact | undefined = () => undefined,
): Facts {
  const ofTensor = new Map<TensorId, Fact>();
  graph.tensors.forEach((tensor, id) => {
    ofTensor.set(id, isConstant(tensor) ? constantFact(tensor) : fact(tensor.dtype, tensor.shape));
  });
  graph.inputs.forEach((id, position) => {
    const tensor = graph.tensors[id];
    if (tensor !== undefined) ofTensor.set(id, merge(tensor, given[position]));
  });
  for (const capture of graph.captures) {
    const tensor = graph.tensors[capture.tensor];
    if (tensor !== undefined) ofTensor.set(capture.tensor, merge(tensor, outer(capture.name)));
  }
  return { ofTensor, ofNested: follow(graph, graph.operators, ofTensor, outer) };
}

/** Adds to `ofTensor` what follows for the outputs of some of a graph's operators; gives the facts inside them. */
function follow(
  graph: Graph,
  operators: readonly Operator[],
  ofTensor: Map<TensorId, Fact>,
  outer: (name: string) => Fact | undefined,
): ReadonlyMap<Graph, Facts> {
  const ofNested = new Map<Graph, Facts>();
  let idOfName: ReadonlyMap<string, TensorId> | undefined;
  const visible = (name: string): Fact | undefined => {
    idOfName ??= new Map(graph.tensors.map((tensor, id) => [tensor.name, id]));
    const id = idOfName.get(name);
    return id === undefined ? outer(name) : ofTensor.get(id);
  };
  const enter = (nested: Graph, inputs: readonly (Fact | undefined)[]): readonly (Fact | undefined)[] => {
    const facts = propagate(nested, inputs, visible);
    ofNested.set(nested, facts);
    for (const [inner, known] of facts.ofNested) ofNested.set(inner, known);
    return nested.outputs.map((id) => facts.ofTensor.get(id));
  };
  for (const operator of operators) {
    const inputs = operator.inputs.map((id) => (id === null ? undefined : ofTensor.get(id)));
    inferOperator(operator, inputs, enter).forEach((inferred, position) => {
      const id = operator.outputs[position];
      const tensor = id === null || id === undefined ? undefined : graph.tensors[id];
      if (tensor !== undefined && inferred !== undefined) ofTensor.set(id as TensorId, merge(tensor, inferred));
    });
  }
  return ofNested;
}

const remembered = new WeakMap<Graph, ReadonlyMap<TensorId, Fact>>();

/** Facts about a graph's tensors as the file states its inputs, names and all; computed once per graph. */
export function factsOf(graph: Graph): ReadonlyMap<TensorId, Fact> {
  const known = remembered.get(graph) ?? propagate(graph).ofTensor;
  remembered.set(graph, known);
  return known;
}

/**
 * Lets `after` have the facts of `before` for the tensors that both have (the very same objects), so that only what is new is inferred.
 * The caller answers for it that these tensors have the same values in both. Does nothing when the facts of `before` were never asked for.
 */
export function inheritFacts(before: Graph, after: Graph): void {
  const known = remembered.get(before);
  if (known === undefined || remembered.has(after)) return;
  const ofObject = new Map<Tensor, Fact | undefined>(before.tensors.map((tensor, id) => [tensor, known.get(id)]));
  const facts = new Map<TensorId, Fact>();
  const isNew = new Set<TensorId>();
  after.tensors.forEach((tensor, id) => {
    const inherited = ofObject.get(tensor);
    if (inherited === undefined && !isConstant(tensor)) isNew.add(id);
    facts.set(id, inherited ?? (isConstant(tensor) ? constantFact(tensor) : fact(tensor.dtype, tensor.shape)));
  });
  const operators = after.operators.filter(({ outputs }) => outputs.some((id) => id !== null && isNew.has(id)));
  follow(after, isNew.size === 0 ? [] : operators, facts, () => undefined);
  remembered.set(after, facts);
}

/** True when two graphs with the same tensors have the same facts about each, or those of `before` were never asked for. */
export function haveSameFacts(before: Graph, after: Graph): boolean {
  const known = remembered.get(before);
  if (known === undefined) return true;
  for (const [id, fact] of factsOf(after)) if (!isSameFact(known.get(id), fact)) return false;
  return true;
}
