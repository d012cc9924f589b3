import { UserError } from '../errors.ts';
import { concreteShape } from '../graph/access.ts';
import type { DataType } from '../graph/data-type.ts';
import {
  type ConstantValue,
  constantOf,
  numbersIn,
  numbersOf,
  tensorOf,
  viewOf,
} from '../graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Quantization, Tensor, TensorId } from '../graph/graph.ts';
import { consumers, producers } from '../graph/traversal.ts';
import { type Arrangement, asInOnnx, isSame, onnxPlaces } from './arrangement.ts';
import { axesOf, nearestAxes, ofAxes, shapeOfAxes } from './axes.ts';
import { attributeOf, type Lowerer, type NewTensor, type Options, type Stored } from './lowerer.ts';
import { operatorVersion } from './operator-version.ts';
import { axisPermutation, rearrangement, sortedShape } from './rearrangement.ts';
import { isRuntimeType, runtimeType } from './runtime-type.ts';

/** A lowerer, and what has been made with it. */
export interface OpenLowerer extends Lowerer {
  readonly tensors: Tensor[];
  readonly operators: readonly Operator[];
  /** By tensor of the TensorFlow Lite graph: the ONNX tensor whose values it holds. */
  readonly origins: ReadonlyMap<TensorId, TensorId>;
  readonly subgraphs: readonly Graph[];
  readonly add: (tensor: Tensor) => TensorId;
}

/** Applies the rules to every operator of a lowerer's graph. */
export type RunOperators = (lowerer: OpenLowerer) => void;

/** Starts a TensorFlow Lite graph for an ONNX one; `subgraphs` collects those of graphs inside operators, which `run` lowers too. */
export function openLowerer(graph: Graph, run: RunOperators, subgraphs: Graph[] = []): OpenLowerer {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const values = new Map<TensorId, Stored[]>();
  const constants = new Map<TensorId, ConstantValue>();
  const origins = new Map<TensorId, TensorId>();
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
        `The shape of "${name}" is not fixed (${shape?.join(' × ') ?? 'unknown'}); TensorFlow Lite needs every extent: give the model fixed input shapes.`,
      );
    }
    if (known.includes(0) && content(id) === undefined) {
      throw new UserError(
        `"${name}" has no elements (${known.join(' × ')}), which TensorFlow Lite Micro does not compute.`,
      );
    }
    return known;
  };
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  const tensorShape = (tensor: TensorId): readonly number[] => concreteShape(tensors[tensor]?.shape) ?? [];
  const tensorType = (tensor: TensorId): DataType => tensors[tensor]?.dtype ?? 'unknown';
  const content = (id: TensorId | null | undefined): ConstantValue | undefined => {
    if (id === null || id === undefined) return undefined;
    const known = constants.get(id);
    if (known !== undefined) return known;
    const value = viewOf(onnxTensor(id));
    if (value !== undefined) constants.set(id, value);
    return value;
  };

  const emitMany: Lowerer['emitMany'] = (type, inputs, shapes, options = {}, outputs = []) => {
    const dtype = tensorType(inputs.find((id) => id !== null) ?? -1);
    const ids = shapes.map((shape, index) => {
      const { name, ...more } = outputs[index] ?? {};
      return add({ name: name ?? `${type.toLowerCase()}_${tensors.length}`, dtype, shape, ...more });
    });
    operators.push({
      name: tensors[ids[0] ?? -1]?.name ?? type,
      type,
      domain: '',
      version: operatorVersion(type, options),
      inputs,
      outputs: ids,
      attributes: attributesOf(options),
    });
    return ids;
  };
  const emit: Lowerer['emit'] = (type, inputs, shape, options = {}, output = {}) =>
    emitMany(type, inputs, [shape], options, [output])[0] as TensorId;
  // Shapes, axes and permutations repeat; weights are not looked at.
  const small = new Map<string, TensorId>();
  const constant: Lowerer['constant'] = (name, dtype, shape, numbers, more: NewTensor = {}) => {
    const make = () => add({ ...tensorOf(name, constantOf(dtype, shape, numbers)), ...more });
    if (dtype !== 'int32' || numbers.length > 10) return make();
    const key = `${shape.join('×')}: ${Array.from(numbers).join()}`;
    const id = small.get(key) ?? make();
    small.set(key, id);
    return id;
  };

  const versions = (id: TensorId): Stored[] => {
    const known = values.get(id);
    if (known !== undefined) return known;
    const value = content(id);
    const { name } = onnxTensor(id);
    if (value === undefined && !producerOf.has(id)) {
      throw new UserError(
        `The model contradicts itself: "${name}" is used, and nothing computes it; check it with onnx.checker.`,
      );
    }
    if (value === undefined) {
      const producer = graph.operators[producerOf.get(id) ?? -1];
      const place = producer === undefined ? '' : `${placeOf(graph, producer)}: `;
      throw new UserError(`${place}TensorFlow Lite's counterpart does not give its output "${name}", which is used.`);
    }
    const list: Stored[] = [];
    values.set(id, list);
    return list;
  };
  const remember = (id: TensorId, stored: Stored): TensorId => {
    const list = versions(id);
    list.push(stored);
    if (!origins.has(stored.tensor)) origins.set(stored.tensor, id);
    return stored.tensor;
  };
  const define: Lowerer['define'] = (id, tensor, arrangement) => {
    if (id < 0) return;
    if (!values.has(id)) values.set(id, []);
    remember(id, { tensor, arrangement, shape: tensorShape(tensor) });
  };

  const constantIn = (id: TensorId, value: ConstantValue, arrangement: Arrangement, shape: readonly number[]) => {
    const { name } = onnxTensor(id);
    const dtype = runtimeType(value.dtype);
    const numbers = numbersIn(value);
    if (dtype === undefined || numbers === undefined) {
      throw new UserError(
        `The constant "${name}" is of type ${value.dtype}, which TensorFlow Lite cannot compute with.`,
      );
    }
    const isPlain = arrangement.length <= 1;
    const limit = 2 ** 31 - 1;
    // `to the end` and `for ever` are the largest 64-bit integers.
    const limited = dtype === 'int32' && value.dtype !== 'int32';
    const held = limited ? Array.from(numbers, (number) => Math.min(limit, Math.max(-limit - 1, number))) : numbers;
    const ordered = isPlain ? held : inOrder(held, onnxPlaces(arrangement));
    return constant(name, dtype, shape, ordered, scalesIn(id, arrangement, shape));
  };
  /** The scales with which the model keeps a constant, along the extent that is their axis. */
  const scalesIn = (id: TensorId, arrangement: Arrangement, shape: readonly number[]): NewTensor => {
    const quantization = scales.get(id);
    if (quantization === undefined) return {};
    if (quantization.scale.length === 1) return { quantization };
    const axis = axesOf(arrangement, shapeOf(id), shape)?.indexOf(quantization.axis) ?? -1;
    return axis < 0 ? {} : { quantization: { ...quantization, axis } };
  };
  const reshape = (id: TensorId, from: Stored, shape: readonly number[]): Stored => {
    const name = onnxTensor(id).name;
    const wanted = constant(`${name}/shape`, 'int32', [shape.length], shape);
    const tensor = emit('RESHAPE', [from.tensor, wanted], shape, {}, { name, ...quantizationOf(from.tensor) });
    return { tensor, shape, arrangement: from.arrangement };
  };
  const quantizationOf = (tensor: TensorId): NewTensor => {
    const { quantization } = tensors[tensor] as Tensor;
    return quantization === undefined ? {} : { quantization };
  };
  const transpose = (id: TensorId, from: Stored, permutation: readonly number[], arrangement: Arrangement): Stored => {
    const name = onnxTensor(id).name;
    const shape = permutation.map((axis) => from.shape[axis] as number);
    const order = constant(`${name}/order`, 'int32', [permutation.length], permutation);
    const tensor = emit('TRANSPOSE', [from.tensor, order], shape, {}, { name, ...quantizationOf(from.tensor) });
    return { tensor, shape, arrangement };
  };
  const stored: Lowerer['stored'] = (id, arrangement, shape) => {
    const list = versions(id);
    const there = list.find(
      (version) => isSame(version.arrangement, arrangement) && version.shape.join() === shape.join(),
    );
    if (there !== undefined) return there.tensor;
    const value = content(id);
    if (value !== undefined) {
      return remember(id, { tensor: constantIn(id, value, arrangement, shape), arrangement, shape });
    }
    const alike = list.find((version) => isSame(version.arrangement, arrangement));
    if (alike !== undefined) return remember(id, reshape(id, alike, shape));
    for (const version of list) {
      const permutation = axisPermutation(version, { arrangement, shape });
      if (permutation !== undefined && version.shape.length <= 5) {
        return remember(id, transpose(id, version, permutation, arrangement));
      }
    }
    const source = list[0] as Stored;
    // One RESHAPE is enough where it makes the axes that are wanted, or those that were there, in the other's order.
    const middle = sortedShape({ arrangement, shape }, source.arrangement);
    const apart = middle && axisPermutation({ ...source, shape: middle }, { arrangement, shape });
    if (middle !== undefined && apart !== undefined && middle.length <= 5) {
      return remember(id, transpose(id, reshape(id, source, middle), apart, arrangement));
    }
    const turned = sortedShape(source, arrangement);
    const together = turned && axisPermutation(source, { arrangement, shape: turned });
    if (together !== undefined && source.shape.length <= 5) {
      return remember(id, reshape(id, transpose(id, source, together, arrangement), shape));
    }
    const move = rearrangement(source.arrangement, arrangement);
    if (move === undefined) {
      // Factors that do not divide: through ONNX's own order, with which every arrangement has its strides in common.
      stored(id, asInOnnx(shape), shapeOf(id));
      return stored(id, arrangement, shape);
    }
    const flat = source.shape.join() === move.extents.join() ? source : reshape(id, source, move.extents);
    const moved = transpose(id, flat, move.permutation, arrangement);
    return remember(id, moved.shape.join() === shape.join() ? moved : reshape(id, moved, shape));
  };
  const native: Lowerer['native'] = (id) => {
    const [first] = versions(id);
    if (first !== undefined) return first;
    const shape = shapeOf(id);
    stored(id, asInOnnx(shape), shape);
    return versions(id)[0] as Stored;
  };
  const withAxes: Lowerer['withAxes'] = (id, axes) => {
    const shape = shapeOf(id);
    return stored(id, ofAxes(shape, axes), shapeOfAxes(shape, axes));
  };

  return {
    graph,
    tensors,
    operators,
    origins,
    add,
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
    versionsOf: (id) => {
      native(id);
      return [...versions(id)];
    },
    native,
    stored,
    withAxes,
    asInOnnx: (id) => stored(id, asInOnnx(shapeOf(id)), shapeOf(id)),
    view: (id) => {
      const shape = shapeOf(id);
      if (content(id) === undefined) {
        for (const version of versions(id)) {
          const axes = axesOf(version.arrangement, shape, version.shape);
          if (axes !== undefined) return { tensor: version.tensor, shape: version.shape, axes };
        }
      }
      const axes = nearestAxes(native(id).arrangement, shape);
      return { tensor: withAxes(id, axes), shape: shapeOfAxes(shape, axes), axes };
    },
    constant,
    emit,
    emitMany,
    define,
    defineAxes: (id, tensor, axes) => {
      if (id >= 0) define(id, tensor, ofAxes(shapeOf(id), axes));
    },
    alias: (id, of) => {
      const value = content(of);
      if (value !== undefined) constants.set(id, { ...value, shape: shapeOf(id) });
      else values.set(id, versions(of));
    },
    tensorShape,
    tensorType,
    rename: (tensor, name) => {
      tensors[tensor] = { ...(tensors[tensor] as Tensor), name };
    },
    setQuantization: (tensor, quantization) => {
      tensors[tensor] = { ...(tensors[tensor] as Tensor), quantization };
    },
    subgraphs,
    subgraph: ({ graph: nested, inputs, constants: known, finish }) => {
      const inner = openLowerer(nested, run, subgraphs);
      for (const [id, value] of known) inner.setConstant(id, value);
      const given = inputs.map(({ name, dtype, shape, tensor }) => {
        const id = inner.add({ name, dtype, shape });
        if (tensor !== undefined) inner.define(tensor, id, asInOnnx(shape));
        return id;
      });
      run(inner);
      const results = finish(inner, given);
      subgraphs.push({
        ...emptyGraph(nested.name),
        tensors: inner.tensors,
        operators: inner.operators,
        inputs: given,
        outputs: results,
      });
      return subgraphs.length;
    },
    refuse: (operator, reason) => {
      throw new UserError(`${placeOf(graph, operator)}: ${reason}.`);
    },
  };
}

/** The numbers at these places, one after the other. */
function inOrder(numbers: ArrayLike<number>, places: Int32Array): ArrayLike<number> {
  const ordered = numbers instanceof Float32Array ? new Float32Array(places.length) : new Float64Array(places.length);
  for (let index = 0; index < places.length; index++) ordered[index] = numbers[places[index] as number] as number;
  return ordered;
}

/** A TensorFlow Lite graph with nothing in it. */
export function emptyGraph(name: string): Graph {
  return {
    dialect: 'tflite',
    name,
    tensors: [],
    operators: [],
    inputs: [],
    outputs: [],
    subgraphs: [],
    captures: [],
    notes: [],
    extras: {},
  };
}

/** How messages name an operator: its type, its own name and its number. */
export function placeOf(graph: Graph, operator: Operator): string {
  const domain = operator.domain === '' ? '' : `${operator.domain}.`;
  const name = operator.name === '' ? '' : ` "${operator.name}"`;
  return `${domain}${operator.type}${name} (operator ${graph.operators.indexOf(operator)} of the simplified graph)`;
}

function attributesOf(options: Options): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, attributeOf(value)]));
}
