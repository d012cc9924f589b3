import { concreteShape } from '../graph/access.ts';
import type { DataType } from '../graph/data-type.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Attribute, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { attributeOf, type Lowerer, type NewTensor, type Options } from './lowerer.ts';
import { operatorVersion } from './operator-version.ts';

/** The TensorFlow Lite graph while rules add to it. */
export interface GraphInMaking
  extends Pick<
    Lowerer,
    'constant' | 'emit' | 'emitMany' | 'rename' | 'setQuantization' | 'tensorShape' | 'tensorType'
  > {
  readonly tensors: Tensor[];
  readonly operators: readonly Operator[];
  readonly add: (tensor: Tensor) => TensorId;
}

/** A graph with nothing in it yet. */
export function openGraph(): GraphInMaking {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  const tensorShape = (tensor: TensorId): readonly number[] => concreteShape(tensors[tensor]?.shape) ?? [];
  const tensorType = (tensor: TensorId): DataType => tensors[tensor]?.dtype ?? 'unknown';

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

  return {
    tensors,
    operators,
    add,
    tensorShape,
    tensorType,
    emit,
    emitMany,
    constant,
    rename: (tensor, name) => {
      tensors[tensor] = { ...(tensors[tensor] as Tensor), name };
    },
    setQuantization: (tensor, quantization) => {
      tensors[tensor] = { ...(tensors[tensor] as Tensor), quantization };
    },
  };
}

function attributesOf(options: Options): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, attributeOf(value)]));
}
