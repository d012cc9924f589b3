import { UserError } from '../../errors.ts';
import type { Capture, Graph, Tensor, TensorId } from '../../graph/graph.ts';
import { formatLimits } from '../limits.ts';
import { codeOf } from './data-types.ts';
import { type OnnxGraphExtras, present, tensorExtras } from './extras.ts';
import { usedNames } from './free-names.ts';
import type { GraphProto, ValueInfoProto } from './messages.ts';
import type { ReadContext } from './read-context.ts';
import { operatorNames, readOperator } from './read-operator.ts';
import { sortNodes } from './sort-nodes.ts';
import { readSparseTensor } from './sparse.ts';
import {
  addTensor,
  amendExtras,
  blankTensor,
  isConstantTensor,
  stateType,
  type TensorTable,
  tensorTable,
} from './tensor-table.ts';
import { readTensor } from './tensors.ts';

/** What a graph sees of what is around it. */
export interface Scope {
  readonly context: ReadContext;
  readonly versionOf: (domain: string) => number;
  /** The tensor of this name in the graph around this one; `undefined` when there is none. */
  readonly outer: (name: string) => Tensor | undefined;
}

/**
 * The graph of a `GraphProto`. Tensors come in a fixed order: inputs, initializers, sparse initializers, then the operators' as they appear.
 * @throws UserError when a name is defined twice or never, or the nodes form a cycle
 */
export function readGraph(proto: GraphProto, scope: Scope): Graph {
  const { context } = scope;
  const table = tensorTable();
  const captures: Capture[] = [];
  checkCounts(proto, context);
  const inputs = readInputs(proto, table, context);
  const nodes = sortNodes(proto.node ?? [], context.label);
  const produced = producedNames(nodes, table, context.label);

  const tensorOf = (name: string): TensorId => {
    const id = table.ids.get(name);
    if (id !== undefined) return id;
    if (produced.has(name)) return addTensor(table, blankTensor(name));
    const outer = scope.outer(name);
    if (outer === undefined) throw damaged(context.label, `nothing computes the tensor ${JSON.stringify(name)}`);
    const tensor = addTensor(table, { name, dtype: outer.dtype, shape: outer.shape });
    captures.push({ tensor, name });
    return tensor;
  };
  // All tensors first: nested graphs look at their types, and must find what they take from further out.
  for (const node of nodes) {
    for (const name of [...usedNames(node), ...(node.output ?? [])]) if (name !== '') tensorOf(name);
  }
  const outputs = (proto.output ?? []).map(({ name = '' }) => tensorOf(name));
  const captured = new Set(captures.map(({ tensor }) => tensor));
  const extras = present<OnnxGraphExtras>({
    graph: present<GraphProto>({
      docString: proto.docString,
      metadataProps: proto.metadataProps,
      unknown: proto.unknown,
    }),
    outputs: readOutputTypes(proto, outputs, captured, table, context),
    valueInfo: readValueInfo(proto, captured, table, context),
    annotations: readAnnotations(proto, table),
  });

  const names = operatorNames(nodes);
  const outer = (name: string) => table.tensors[table.ids.get(name) ?? -1];
  const readNested = (nested: GraphProto) => readGraph(nested, { ...scope, outer });
  const operators = nodes.map((node, index) =>
    readOperator(node, names[index] ?? { name: '', derived: true }, { ...scope, tensorOf, readNested }),
  );
  return {
    dialect: 'onnx',
    name: proto.name ?? '',
    tensors: table.tensors,
    operators,
    inputs,
    outputs,
    subgraphs: [],
    captures,
    notes: [],
    extras: extras ?? {},
  };
}

function damaged(label: string, why: string): UserError {
  return new UserError(`${label}: ${why}; export the model again.`);
}

/** Counts a graph's operators and the names it mentions against what is left of the file's. */
function checkCounts(proto: GraphProto, { label, left }: ReadContext): void {
  left.operators -= proto.node?.length ?? 0;
  left.tensors -=
    (proto.input?.length ?? 0) + (proto.initializer?.length ?? 0) + (proto.sparseInitializer?.length ?? 0);
  for (const { output } of proto.node ?? []) left.tensors -= output?.length ?? 0;
  for (const what of ['operators', 'tensors'] as const) {
    if (left[what] < 0) {
      throw new UserError(
        `${label} has more than ${formatLimits[what]} ${what}, which is the limit; use a smaller model.`,
      );
    }
  }
}

/** Adds inputs and constants to the table; gives the inputs that the caller provides. */
function readInputs(proto: GraphProto, table: TensorTable, context: ReadContext): TensorId[] {
  const { label } = context;
  const listed = (proto.input ?? []).map((info) => {
    if (info.name === undefined || info.name === '') throw damaged(label, 'a graph input has no name');
    if (table.ids.has(info.name)) throw damaged(label, `two graph inputs are called ${JSON.stringify(info.name)}`);
    return { info, id: addTensor(table, blankTensor(info.name)) };
  });
  const define = (constant: Tensor) => {
    const id = table.ids.get(constant.name);
    const before = id === undefined ? undefined : table.tensors[id];
    if (constant.name === '') throw damaged(label, 'an initializer has no name');
    if (id === undefined || before === undefined) addTensor(table, constant);
    else if (isConstantTensor(before)) {
      throw damaged(label, `two initializers are called ${JSON.stringify(constant.name)}`);
    } else table.tensors[id] = { ...constant, extras: { ...tensorExtras(constant), listedAsInput: true } };
  };
  for (const tensor of proto.initializer ?? []) define(readTensor(tensor, context));
  for (const sparse of proto.sparseInitializer ?? []) define(readSparseTensor(sparse, context));
  for (const { info, id } of listed) stateType(table, id, info, context);
  return listed.map(({ id }) => id).filter((id) => !isConstantTensor(table.tensors[id] as Tensor));
}

function producedNames(
  nodes: readonly { readonly output?: readonly string[] }[],
  table: TensorTable,
  label: string,
): ReadonlySet<string> {
  const produced = new Set<string>();
  for (const name of nodes.flatMap(({ output }) => output ?? [])) {
    if (name === '') continue;
    if (produced.has(name) || table.ids.has(name)) {
      throw damaged(label, `the tensor ${JSON.stringify(name)} is defined twice`);
    }
    produced.add(name);
  }
  return produced;
}

/** Takes over the outputs' types; gives the entries of tensors that have another one already, or are another graph's. */
function readOutputTypes(
  proto: GraphProto,
  outputs: readonly TensorId[],
  captured: ReadonlySet<TensorId>,
  table: TensorTable,
  context: ReadContext,
): OnnxGraphExtras['outputs'] {
  const further: { position: number; proto: ValueInfoProto }[] = [];
  (proto.output ?? []).forEach((info, position) => {
    const id = outputs[position] as TensorId;
    if (table.stated.has(id) || captured.has(id)) further.push({ position, proto: info });
    else stateType(table, id, info, context);
  });
  return further.length === 0 ? undefined : further;
}

/** Takes over the types of `value_info`; gives the entries that are about no tensor of this graph, or about one a second time. */
function readValueInfo(
  proto: GraphProto,
  captured: ReadonlySet<TensorId>,
  table: TensorTable,
  context: ReadContext,
): OnnxGraphExtras['valueInfo'] {
  const stray = (proto.valueInfo ?? []).filter((info) => {
    const id = table.ids.get(info.name ?? '');
    if (id === undefined || table.stated.has(id)) return true;
    stateType(table, id, info, context);
    const tensor = table.tensors[id] as Tensor;
    if (isConstantTensor(tensor) || captured.has(id) || codeOf(tensor.dtype) === undefined) {
      amendExtras(table, id, { stated: true });
    }
    return false;
  });
  return stray.length === 0 ? undefined : stray;
}

/** Keeps quantization annotations with their tensors; gives those about tensors that this graph does not have. */
function readAnnotations(proto: GraphProto, table: TensorTable): OnnxGraphExtras['annotations'] {
  const stray = (proto.quantizationAnnotation ?? []).filter((annotation) => {
    const id = table.ids.get(annotation.tensorName ?? '');
    if (id === undefined || tensorExtras(table.tensors[id] as Tensor).annotation !== undefined) return true;
    const { quantParameterTensorNames: entries = [], unknown } = annotation;
    amendExtras(table, id, { annotation: { entries, ...(unknown === undefined ? {} : { unknown }) } });
    return false;
  });
  return stray.length === 0 ? undefined : stray;
}
