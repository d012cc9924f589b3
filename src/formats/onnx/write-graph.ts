import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { writeAttribute } from './attributes.ts';
import { codeOf } from './data-types.ts';
import { graphExtras, operatorExtras, tensorExtras } from './extras.ts';
import type {
  AttributeProto,
  GraphProto,
  NodeProto,
  TensorAnnotation,
  TensorProto,
  ValueInfoProto,
} from './messages.ts';
import { isConstantTensor } from './tensor-table.ts';
import { writeTensor } from './tensors.ts';
import { writeType } from './types.ts';

/**
 * The `GraphProto` of a graph. Extras are used where they still hold, so that what was read is given back; graphs without them are written as well.
 * `listConstants`: every constant is listed as an input too, as IR version 3 demands of a model's graph.
 * @throws TypeError for graphs that ONNX cannot say: a tensor without a name or with a name used twice, an element type that ONNX lacks
 */
export function writeGraph(graph: Graph, listConstants: boolean): GraphProto {
  checkNames(graph);
  const { tensors } = graph;
  const at = (id: TensorId) => tensors[id] as Tensor;
  const extras = graphExtras(graph);
  const keptOutputs = new Map(extras.outputs?.map(({ position, proto }) => [position, proto]));
  const captured = new Set(graph.captures.map(({ tensor }) => tensor));
  const constants = tensors.filter((tensor, id) => isConstantTensor(tensor) && !captured.has(id));
  const sparse = constants.filter(isStillSparse);
  const dense = constants.filter((tensor) => !isStillSparse(tensor));
  const fields: { readonly [K in keyof GraphProto]: GraphProto[K] | undefined } = {
    ...extras.graph,
    node: graph.operators.map((operator) => writeNode(operator, graph)),
    name: graph.name === '' ? undefined : graph.name,
    initializer: dense.map(writeTensor),
    sparseInitializer: sparse.map((tensor) => sparseProto(tensor)),
    input: listedInputs(graph, captured, listConstants).map((id) => writeValueInfo(at(id))),
    output: graph.outputs.map((id, position) => {
      const kept = keptOutputs.get(position);
      return kept !== undefined && kept.name === at(id).name ? kept : writeValueInfo(at(id));
    }),
    valueInfo: [...writeInnerTypes(graph, captured), ...(extras.valueInfo ?? [])],
    quantizationAnnotation: [...tensors.flatMap(writeAnnotation), ...(extras.annotations ?? [])],
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

function checkNames({ name, tensors }: Graph): void {
  const names = new Set<string>();
  for (const tensor of tensors) {
    if (tensor.name === '' || names.has(tensor.name)) {
      throw new TypeError(`graph "${name}" has two tensors called "${tensor.name}", or one without a name`);
    }
    names.add(tensor.name);
  }
}

/** Inputs as the file lists them: the caller's in their order, and constants that are listed too before the first input of a greater id. */
function listedInputs(graph: Graph, captured: ReadonlySet<TensorId>, listConstants: boolean): readonly TensorId[] {
  const constants = graph.tensors.flatMap((tensor, id) =>
    isConstantTensor(tensor) && !captured.has(id) && (listConstants || tensorExtras(tensor).listedAsInput === true)
      ? [id]
      : [],
  );
  const listed: TensorId[] = [];
  let next = 0;
  for (const input of graph.inputs) {
    while (next < constants.length && (constants[next] as TensorId) < input) listed.push(constants[next++] as TensorId);
    listed.push(input);
  }
  return [...listed, ...constants.slice(next)];
}

function writeInnerTypes(graph: Graph, captured: ReadonlySet<TensorId>): readonly ValueInfoProto[] {
  const outside = new Set<TensorId>([...graph.inputs, ...graph.outputs, ...captured]);
  const computed = new Set(graph.operators.flatMap(({ outputs }) => outputs));
  return graph.tensors.flatMap((tensor, id) => {
    const known = computed.has(id) && !outside.has(id) && codeOf(tensor.dtype) !== undefined;
    return known || tensorExtras(tensor).stated === true ? [writeValueInfo(tensor)] : [];
  });
}

function writeValueInfo(tensor: Tensor): ValueInfoProto {
  const type = writeType(tensor);
  return { ...tensorExtras(tensor).info, name: tensor.name, ...(type === undefined ? {} : { type }) };
}

function writeAnnotation(tensor: Tensor): readonly TensorAnnotation[] {
  const { annotation } = tensorExtras(tensor);
  if (annotation === undefined) return [];
  const { entries, unknown } = annotation;
  return [
    {
      tensorName: tensor.name,
      ...(entries.length === 0 ? {} : { quantParameterTensorNames: entries }),
      ...(unknown === undefined ? {} : { unknown }),
    },
  ];
}

function isStillSparse(tensor: Tensor): boolean {
  const { sparse } = tensorExtras(tensor);
  return sparse !== undefined && sparse.dense === tensor.data;
}

function sparseProto(tensor: Tensor) {
  const proto = tensorExtras(tensor).sparse?.proto ?? {};
  const values: TensorProto = { ...proto.values, name: tensor.name };
  return { ...proto, values };
}

function writeNode(operator: Operator, graph: Graph): NodeProto {
  const extras = operatorExtras(operator);
  const nameOf = (id: TensorId | null) => (id === null ? '' : (graph.tensors[id] as Tensor).name);
  const attribute = Object.entries(operator.attributes).map(([name, value]): AttributeProto => {
    const kept = extras.attributes?.[name];
    const written = writeAttribute(name, value, (nested) => writeGraph(nested, false));
    return kept !== undefined && kept.value === value ? { ...written, ...kept.proto } : written;
  });
  const domain = extras.node?.domain !== undefined && operator.domain === '' ? extras.node.domain : operator.domain;
  const { domain: _domain, ...rest } = extras.node ?? {};
  return {
    ...rest,
    input: operator.inputs.map(nameOf),
    output: operator.outputs.map(nameOf),
    ...(extras.derivedName === operator.name || operator.name === '' ? {} : { name: operator.name }),
    opType: operator.type,
    ...(attribute.length === 0 ? {} : { attribute }),
    ...(domain === '' ? {} : { domain }),
  };
}
