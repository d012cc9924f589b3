import { UserError } from '../errors.ts';
import { concreteShape } from '../graph/access.ts';
import { type ConstantValue, numbersIn, numbersOf, viewOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Quantization, Tensor, TensorId } from '../graph/graph.ts';
import { howToFixShapes } from '../graph/how-to-fix-shapes.ts';
import { consumers, producers } from '../graph/traversal.ts';
import type { Lowerer } from './lowerer.ts';
import { isRuntimeType, runtimeType } from './runtime-type.ts';

/** The ONNX graph as rules read it, with what is known of it before anything runs. */
export interface OnnxSide
  extends Pick<
    Lowerer,
    | 'constantOf'
    | 'graph'
    | 'nameOf'
    | 'numbersIn'
    | 'numbersOf'
    | 'producerOf'
    | 'refuse'
    | 'scalesOf'
    | 'setConstant'
    | 'shapeOf'
    | 'soleReaderOf'
    | 'typeOf'
  > {}

/** Reads an ONNX graph. */
export function openOnnxSide(graph: Graph): OnnxSide {
  const constants = new Map<TensorId, ConstantValue>();
  const scales = new Map<TensorId, Quantization>();
  const producerOf = producers(graph);
  const readersOf = consumers(graph);
  const outputs = new Set(graph.outputs);

  const onnxTensor = (id: TensorId): Tensor => {
    const tensor = graph.tensors[id];
    if (tensor === undefined) throw new RangeError(`no ONNX tensor ${id}`);
    return tensor;
  };
  const shapeOf = (id: TensorId): readonly number[] => {
    const { shape, name } = onnxTensor(id);
    const known = concreteShape(shape);
    if (known === undefined) {
      throw new UserError(
        `The shape of "${name}" is not fixed (${shape?.join(' × ') ?? 'unknown'}); TensorFlow Lite needs every extent. ${howToFixShapes(graph)}`,
      );
    }
    if (known.includes(0) && content(id) === undefined) {
      throw new UserError(
        `"${name}" has no elements (${known.join(' × ')}), which TensorFlow Lite Micro does not compute.`,
      );
    }
    return known;
  };
  const content = (id: TensorId | null | undefined): ConstantValue | undefined => {
    if (id === null || id === undefined) return undefined;
    const known = constants.get(id);
    if (known !== undefined) return known;
    const value = viewOf(onnxTensor(id));
    if (value !== undefined) constants.set(id, value);
    return value;
  };

  return {
    graph,
    shapeOf,
    typeOf: (id) => {
      const { dtype, name } = onnxTensor(id);
      const type = runtimeType(dtype);
      if (type === undefined)
        throw new UserError(`"${name}" is of type ${dtype}, which TensorFlow Lite cannot compute with.`);
      return type;
    },
    soleReaderOf: (id) => {
      const [reader = -1, ...others] = readersOf.get(id) ?? [];
      return others.length === 0 && !outputs.has(id) ? graph.operators[reader] : undefined;
    },
    producerOf: (id) => graph.operators[producerOf.get(id) ?? -1],
    nameOf: (id) => onnxTensor(id).name,
    constantOf: content,
    numbersIn: (id) => {
      const value = content(id);
      return value === undefined || !isRuntimeType(value.dtype) ? undefined : numbersIn(value);
    },
    numbersOf: (id) => {
      const value = content(id);
      return value === undefined || !isRuntimeType(value.dtype) ? undefined : numbersOf(value);
    },
    setConstant: (id, value, quantization) => {
      constants.set(id, value);
      if (quantization !== undefined) scales.set(id, quantization);
    },
    scalesOf: (id) => scales.get(id),
    refuse: (operator, reason) => {
      throw new UserError(`${placeOf(graph, operator)}: ${reason}.`);
    },
  };
}

/** How messages name an operator: its type, its own name and its number. */
export function placeOf(graph: Graph, operator: Operator): string {
  const domain = operator.domain === '' ? '' : `${operator.domain}.`;
  const name = operator.name === '' ? '' : ` "${operator.name}"`;
  return `${domain}${operator.type}${name} (operator ${graph.operators.indexOf(operator)} of the simplified graph)`;
}
