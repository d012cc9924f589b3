import { isConstant } from '../graph/access.ts';
import { type ConstantValue, tensorOf, viewOf } from '../graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { capturedNames, nestedGraphs } from '../graph/traversal.ts';
import { removeUnusedTensors } from './remove-unused-tensors.ts';

/** A graph being rewritten: operators are replaced or removed in place, and who uses what is kept up to date. */
export interface Edit {
  /** Operators still there, with their indexes, in order; safe against edits while walking. */
  readonly operators: () => Iterable<readonly [number, Operator]>;
  readonly operator: (index: number) => Operator | undefined;
  readonly tensor: (id: TensorId) => Tensor;
  /** The operator that computes a tensor, or `undefined` for inputs, constants and captures. */
  readonly producer: (id: TensorId | null | undefined) => readonly [number, Operator] | undefined;
  /** The one operator that uses a tensor, when nothing else does: no second input, no graph output, no nested graph. */
  readonly soleConsumer: (id: TensorId | null | undefined) => readonly [number, Operator] | undefined;
  /** How often operators have a tensor as an input. */
  readonly useCount: (id: TensorId) => number;
  /** True for graph outputs and tensors that nested graphs use: their names must stay. */
  readonly isPinned: (id: TensorId) => boolean;
  /** The content of a constant input, `undefined` when it is left out or computed. Not to be written to. */
  readonly constant: (id: TensorId | null | undefined) => ConstantValue | undefined;
  /** Adds a constant under a name made from `hint`. */
  readonly addConstant: (hint: string, value: ConstantValue) => TensorId;
  /** Adds a tensor of another graph, constants with their content, under its own name or one made from it. */
  readonly addCopy: (tensor: Tensor) => TensorId;
  /** Makes a computed tensor a constant with the content of `value`; its name stays. */
  readonly setConstant: (id: TensorId, value: Tensor) => void;
  readonly isOutput: (id: TensorId) => boolean;
  readonly replace: (index: number, operator: Operator) => void;
  /** Puts an operator right before the one at `index`; gives its own index, which is walked over last. */
  readonly insertBefore: (index: number, operator: Operator) => number;
  /** Adds a tensor that an operator will compute, under a name made from `hint`; its shape is inferred. */
  readonly addTensor: (hint: string, dtype: Tensor['dtype']) => TensorId;
  readonly remove: (index: number) => void;
  /** Makes every use of `from` a use of `to`; the caller answers for pinned tensors. */
  readonly redirect: (from: TensorId, to: TensorId) => void;
  /** Removes an operator whose only asked-for output equals its input `input`. False, and nothing done, where a name would be lost. */
  readonly bypass: (index: number, input: TensorId) => boolean;
  /** The rewritten graph without what nobody uses; the very same graph when nothing was changed. */
  readonly finish: () => Graph;
}

/** Rewritings that were started and have not changed anything yet: the next pass over the same graph goes on with them. */
const untouched = new WeakMap<Graph, Edit>();

/** Starts rewriting a graph. Only its own operators are touched, not those of graphs inside them. */
export function edit(graph: Graph): Edit {
  const started = untouched.get(graph) ?? start(graph);
  untouched.set(graph, started);
  return started;
}

function start(graph: Graph): Edit {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: (Operator | undefined)[] = [...graph.operators];
  const producerOf = new Map<TensorId, number>();
  const usersOf = new Map<TensorId, Set<number>>();
  const uses = new Map<TensorId, number>();
  const insertedBefore = new Map<number, number[]>();
  let names: Set<string> | undefined;
  const outputs = new Set(graph.outputs);
  const captured = new Set<string>();
  let changed = false;

  const touch = (): void => {
    changed = true;
    untouched.delete(graph);
  };
  const collectNames = (from: Graph, into: Set<string>): Set<string> => {
    for (const tensor of from.tensors) into.add(tensor.name);
    for (const operator of from.operators) for (const nested of nestedGraphs(operator)) collectNames(nested, into);
    return into;
  };
  const link = (operator: Operator, index: number): void => {
    for (const id of operator.outputs) if (id !== null) producerOf.set(id, index);
    for (const id of operator.inputs) {
      if (id === null) continue;
      uses.set(id, (uses.get(id) ?? 0) + 1);
      const users = usersOf.get(id);
      if (users === undefined) usersOf.set(id, new Set([index]));
      else users.add(index);
    }
  };
  const unlink = (operator: Operator, index: number): void => {
    for (const id of operator.outputs) if (id !== null && producerOf.get(id) === index) producerOf.delete(id);
    for (const id of operator.inputs) {
      if (id === null) continue;
      uses.set(id, (uses.get(id) ?? 0) - 1);
      usersOf.get(id)?.delete(index);
    }
  };
  operators.forEach((operator, index) => {
    if (operator === undefined) return;
    link(operator, index);
    for (const name of capturedNames(operator)) captured.add(name);
  });

  const tensor = (id: TensorId): Tensor => {
    const found = tensors[id];
    if (found === undefined) throw new RangeError(`graph "${graph.name}" has no tensor ${id}`);
    return found;
  };
  const isPinned = (id: TensorId): boolean => outputs.has(id) || captured.has(tensor(id).name);
  const useCount = (id: TensorId): number => uses.get(id) ?? 0;
  const pair = (index: number | undefined): readonly [number, Operator] | undefined => {
    const operator = index === undefined ? undefined : operators[index];
    return operator === undefined ? undefined : [index as number, operator];
  };
  const replace = (index: number, operator: Operator): void => {
    const before = operators[index];
    if (before !== undefined) unlink(before, index);
    operators[index] = operator;
    link(operator, index);
    touch();
  };
  const remove = (index: number): void => {
    const before = operators[index];
    if (before !== undefined) unlink(before, index);
    operators[index] = undefined;
    touch();
  };
  const redirect = (from: TensorId, to: TensorId): void => {
    for (const index of [...(usersOf.get(from) ?? [])]) {
      const operator = operators[index];
      if (operator === undefined) continue;
      replace(index, { ...operator, inputs: operator.inputs.map((input) => (input === from ? to : input)) });
    }
  };
  const uniqueName = (hint: string): string => {
    names ??= collectNames(graph, new Set());
    let name = hint;
    for (let suffix = 2; names.has(name); suffix++) name = `${hint}_${suffix}`;
    names.add(name);
    return name;
  };
  const bypass = (index: number, input: TensorId): boolean => {
    const operator = operators[index];
    const output = operator?.outputs[0];
    if (operator === undefined || output === null || output === undefined) return false;
    if (!isPinned(output)) {
      remove(index);
      redirect(output, input);
      return true;
    }
    // The output's name must stay: what computes the input computes the output instead, if nobody else needs the input's name.
    const source = pair(producerOf.get(input));
    if (source === undefined || isPinned(input)) return false;
    remove(index);
    const [at, before] = source;
    redirect(input, output);
    replace(at, { ...before, outputs: before.outputs.map((id) => (id === input ? output : id)) });
    return true;
  };

  return {
    *operators() {
      for (let index = 0; index < operators.length; index++) {
        const operator = operators[index];
        if (operator !== undefined) yield [index, operator];
      }
    },
    operator: (index) => operators[index],
    tensor,
    producer: (id) => (id === null || id === undefined ? undefined : pair(producerOf.get(id))),
    soleConsumer: (id) => {
      if (id === null || id === undefined || isPinned(id) || useCount(id) !== 1) return undefined;
      return pair(usersOf.get(id)?.values().next().value);
    },
    useCount,
    isPinned,
    constant: (id) => (id === null || id === undefined ? undefined : viewOf(tensor(id))),
    addConstant: (hint, value) => {
      tensors.push(tensorOf(uniqueName(hint), value));
      touch();
      return tensors.length - 1;
    },
    setConstant: (id, value) => {
      tensors[id] = { ...value, name: tensor(id).name };
      touch();
    },
    addTensor: (hint, dtype) => {
      touch();
      return tensors.push({ name: uniqueName(hint), dtype, shape: undefined }) - 1;
    },
    addCopy: (copied) => {
      touch();
      return tensors.push({ ...copied, name: uniqueName(copied.name) }) - 1;
    },
    replace,
    insertBefore: (index, operator) => {
      const at = operators.push(undefined) - 1;
      const before = insertedBefore.get(index);
      if (before === undefined) insertedBefore.set(index, [at]);
      else before.push(at);
      replace(at, operator);
      return at;
    },
    remove,
    isOutput: (id) => outputs.has(id),
    redirect,
    bypass,
    finish: () => {
      if (!changed) return graph;
      const kept: Operator[] = [];
      const keep = (index: number): void => {
        for (const before of insertedBefore.get(index) ?? []) keep(before);
        const operator = operators[index];
        if (operator !== undefined) kept.push(operator);
      };
      for (let index = 0; index < graph.operators.length; index++) keep(index);
      return removeUnusedTensors({ ...graph, tensors, operators: kept });
    },
  };
}

/** True for operators of the standard ONNX operator set with one of these types. */
export function isType(operator: Operator, ...types: readonly string[]): boolean {
  return isStandard(operator) && types.includes(operator.type);
}

/** True for operators of the standard ONNX operator set. */
export function isStandard(operator: Operator): boolean {
  return operator.domain === '' || operator.domain === 'ai.onnx';
}

/** The attributes without those of these names. */
export function withoutAttributes(
  operator: Operator,
  ...names: readonly string[]
): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(Object.entries(operator.attributes).filter(([name]) => !names.includes(name)));
}

const typesOfGraph = new WeakMap<Graph, ReadonlySet<string>>();

/** True when a graph has an operator of one of these types (of any domain): what a pass asks before it looks closer. */
export function hasType(graph: Graph, ...types: readonly string[]): boolean {
  const known = typesOfGraph.get(graph) ?? new Set(graph.operators.map(({ type }) => type));
  typesOfGraph.set(graph, known);
  return types.some((type) => known.has(type));
}

/** True when a graph's tensor with this id is a constant. */
export function isConstantAt(rewriting: Edit, id: TensorId | null | undefined): boolean {
  return id !== null && id !== undefined && isConstant(rewriting.tensor(id));
}
