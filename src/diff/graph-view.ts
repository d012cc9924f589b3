import { isConstant } from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import { tensorOf } from '../graph/evaluate/constant-value.ts';
import { evaluate } from '../graph/evaluate/evaluate.ts';
import type { Graph, Operator, Quantization, Tensor, TensorId } from '../graph/graph.ts';
import { isParameter } from '../graph/parameters.ts';
import { capturedNames, producers } from '../graph/traversal.ts';
import { type Settings, settingsOf } from './settings.ts';

/** Where an input of an operator comes from. */
export type Source =
  | { readonly kind: 'node'; readonly node: number; readonly output: number }
  | { readonly kind: 'input'; readonly position: number }
  | { readonly kind: 'constant' }
  | { readonly kind: 'nothing' };

/** An operator as it is compared: what it computes from what, whatever its tensors are called. */
export interface Node {
  /** Its place among the view's nodes. */
  readonly at: number;
  /** Index among the graph's operators. */
  readonly index: number;
  readonly operator: Operator;
  readonly sources: readonly Source[];
  readonly settings: Settings;
  /** Constants that are learned, by position. */
  readonly weights: ReadonlyMap<number, Tensor>;
  /** Constants that say how integers stand for real numbers, of ONNX operators, by position. */
  readonly scales: ReadonlyMap<number, Tensor>;
  readonly outputs: readonly (Tensor | null)[];
}

/** A reader of a node: which, and at which of its inputs. */
interface Reader {
  readonly node: number;
  readonly position: number;
}

/** A graph as it is compared. `Constant` operators, and those that dequantise constants, are constants of their readers and no nodes. */
export interface GraphView {
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  readonly readers: readonly (readonly Reader[])[];
  /** By node, at which of the graph's outputs its results are given back. */
  readonly givenBack: readonly (readonly number[])[];
  /** The node that an operator of the graph is, or that a constant's operator is a part of. */
  readonly nodeOf: (operatorIndex: number) => number | undefined;
}

/** ONNX operators some of whose constants are scales and zero points (`onnxSettings` of graph/parameters.ts names the positions). */
const quantizing = /^(QuantizeLinear|DequantizeLinear|QLinear\w+|QGemm|ConvInteger|MatMulInteger\w*)$/;

/** The view of a graph; its shapes should be inferred. */
export function viewGraph(graph: Graph): GraphView {
  const made = producers(graph);
  const { constants, stored, givers } = constantsOf(graph);
  const placeOfInput = new Map(graph.inputs.map((id, position) => [id, position]));
  const atOf = new Map<number, number>();
  graph.operators.forEach((operator, index) => {
    if (!givers.has(operator)) atOf.set(index, atOf.size);
  });
  const idOfName = new Map(graph.tensors.map((tensor, id) => [tensor.name, id]));

  const sourceOf = (id: TensorId | null): Source => {
    if (id === null) return { kind: 'nothing' };
    if (constants.has(id)) return { kind: 'constant' };
    const producer = made.get(id);
    const node = producer === undefined ? undefined : atOf.get(producer);
    if (producer !== undefined && node !== undefined) {
      return { kind: 'node', node, output: graph.operators[producer]?.outputs.indexOf(id) ?? 0 };
    }
    const position = placeOfInput.get(id);
    return position === undefined ? { kind: 'nothing' } : { kind: 'input', position };
  };

  const nodes = [...atOf].flatMap(([index, at]): readonly Node[] => {
    const operator = graph.operators[index];
    return operator === undefined
      ? []
      : [nodeOf(graph, operator, { at, index }, { constants, stored }, sourceOf, idOfName)];
  });

  const readers: Reader[][] = nodes.map(() => []);
  for (const { at, sources } of nodes) {
    sources.forEach((source, position) => {
      if (source.kind === 'node') readers[source.node]?.push({ node: at, position });
    });
  }
  const givenBack: number[][] = nodes.map(() => []);
  graph.outputs.forEach((id, position) => {
    const source = sourceOf(id);
    if (source.kind === 'node') givenBack[source.node]?.push(position);
  });
  const firstReaders = firstReadersOf(graph, atOf);
  return {
    graph,
    nodes,
    readers,
    givenBack,
    nodeOf: (operatorIndex) => atOf.get(operatorIndex) ?? firstReaders.get(operatorIndex),
  };
}

function nodeOf(
  graph: Graph,
  operator: Operator,
  place: { readonly at: number; readonly index: number },
  { constants, stored }: Pick<Constants, 'constants' | 'stored'>,
  sourceOf: (id: TensorId | null) => Source,
  idOfName: ReadonlyMap<string, TensorId>,
): Node {
  const weights = new Map<number, Tensor>();
  const scales = new Map<number, Tensor>();
  const settings = new Map<number, Tensor>();
  operator.inputs.forEach((id, position) => {
    const tensor = id === null ? undefined : constants.get(id);
    if (tensor === undefined) return;
    const isLearned =
      stored.has(id ?? -1) ||
      isParameter(asInitializer(graph, tensor), { ...operator, inputs: operator.inputs.map(() => 0) }, position);
    if (isLearned) weights.set(position, tensor);
    else if (graph.dialect === 'onnx' && quantizing.test(operator.type)) scales.set(position, tensor);
    else settings.set(position, tensor);
  });
  const captured = graph.dialect === 'onnx' ? [...capturedNames(operator)] : [];
  return {
    ...place,
    operator,
    sources: [...operator.inputs.map(sourceOf), ...captured.map((name) => sourceOf(idOfName.get(name) ?? null))],
    settings: settingsOf(graph, operator, settings),
    weights,
    scales,
    outputs: operator.outputs.map((id) => (id === null ? null : (graph.tensors[id] ?? null))),
  };
}

/** The same tensor as a constant of the graph, for questions that `Constant` operators hide the answer to. */
function asInitializer(graph: Graph, tensor: Tensor): Graph {
  return { ...graph, tensors: [tensor] };
}

interface Constants {
  /** What is known before anything runs, by tensor. */
  readonly constants: ReadonlyMap<TensorId, Tensor>;
  /** Constants that are stored in fewer bits than they are computed with: weights always. */
  readonly stored: ReadonlySet<TensorId>;
  /** Operators that do nothing but give constants. */
  readonly givers: ReadonlySet<Operator>;
}

function constantsOf(graph: Graph): Constants {
  const constants = new Map<TensorId, Tensor>();
  const stored = new Set<TensorId>();
  const givers = new Set<Operator>();
  graph.tensors.forEach((tensor, id) => {
    if (isConstant(tensor)) constants.set(id, tensor);
  });
  for (const operator of graph.operators) {
    const [id] = operator.outputs;
    if (id === null || id === undefined || graph.outputs.includes(id)) continue;
    const name = graph.tensors[id]?.name ?? '';
    const given = constantOf(graph, operator);
    const behind = given === undefined ? dequantized(operator, constants) : undefined;
    const tensor = given ?? behind;
    if (tensor === undefined) continue;
    constants.set(id, { ...tensor, name });
    givers.add(operator);
    if (behind !== undefined) stored.add(id);
  }
  return { constants, stored, givers };
}

/** What a `Constant` says. */
function constantOf({ dialect }: Graph, operator: Operator): Tensor | undefined {
  if (dialect !== 'onnx' || operator.type !== 'Constant' || operator.domain !== '') return undefined;
  const { value } = operator.attributes;
  if (value?.kind === 'tensor' && isConstant(value.value)) return value.value;
  const [computed] = evaluate(operator, []) ?? [];
  return computed === undefined ? undefined : tensorOf('', computed);
}

/** The constant behind `DequantizeLinear` or `DEQUANTIZE`, with what its integers stand for. */
function dequantized(operator: Operator, constants: ReadonlyMap<TensorId, Tensor>): Tensor | undefined {
  if (!/^(DequantizeLinear|DEQUANTIZE)$/.test(operator.type)) return undefined;
  const [tensor, scale, zeroPoint] = operator.inputs.map((id) => (id === null ? undefined : constants.get(id)));
  if (tensor === undefined || operator.type === 'DEQUANTIZE') return tensor;
  const steps = scale === undefined ? undefined : constantNumbers(scale);
  if (steps === undefined) return undefined;
  const zeros = zeroPoint === undefined ? undefined : constantNumbers(zeroPoint);
  const { axis } = operator.attributes;
  const along = axis?.kind === 'int' ? axis.value : 1;
  const quantization: Quantization = {
    scale: steps,
    zeroPoint: zeros ?? steps.map(() => 0),
    axis: along < 0 ? along + (tensor.shape?.length ?? 0) : along,
  };
  return { ...tensor, quantization };
}

/** By operator that gives a constant, the first node that reads it. */
function firstReadersOf(graph: Graph, atOf: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const made = producers(graph);
  const found = new Map<number, number>();
  graph.operators.forEach((operator, index) => {
    const at = atOf.get(index);
    if (at === undefined) return;
    for (const id of operator.inputs) {
      const producer = id === null ? undefined : made.get(id);
      if (producer !== undefined && !atOf.has(producer) && !found.has(producer)) found.set(producer, at);
    }
  });
  return found;
}
