import { UserError } from '../errors.ts';
import type { TensorId } from '../graph/graph.ts';
import { openArrangedTensors } from './arranged-tensors.ts';
import { asInOnnx, isSame } from './arrangement.ts';
import { axesOf, nearestAxes, ofAxes, shapeOfAxes } from './axes.ts';
import type { GraphInMaking } from './graph-in-making.ts';
import type { Lowerer, Stored } from './lowerer.ts';
import type { OnnxSide } from './onnx-side.ts';
import { axisPermutation, rearrangement, sortedShape } from './rearrangement.ts';

/** Where the values of ONNX's tensors are in the TensorFlow Lite graph, in which orders of their axes. */
export interface StoredValues
  extends Pick<
    Lowerer,
    'alias' | 'asInOnnx' | 'define' | 'defineAxes' | 'native' | 'stored' | 'versionsOf' | 'view' | 'withAxes'
  > {
  /** By tensor of the TensorFlow Lite graph: the ONNX tensor whose values it holds. */
  readonly origins: ReadonlyMap<TensorId, TensorId>;
}

/** Nothing is stored yet; RESHAPE and TRANSPOSE are added to the graph as values are asked for in another order. */
export function openStoredValues(onnx: OnnxSide, making: GraphInMaking): StoredValues {
  const { nameOf, shapeOf } = onnx;
  const { constantIn, reshape, transpose } = openArrangedTensors(onnx, making);
  const values = new Map<TensorId, Stored[]>();
  const origins = new Map<TensorId, TensorId>();

  const versions = (id: TensorId): Stored[] => {
    const known = values.get(id);
    if (known !== undefined) return known;
    const value = onnx.constantOf(id);
    const name = nameOf(id);
    const producer = onnx.producerOf(id);
    if (value === undefined && producer === undefined) {
      throw new UserError(
        `The model contradicts itself: "${name}" is used, and nothing computes it; check it with onnx.checker.`,
      );
    }
    if (value === undefined && producer !== undefined) {
      return onnx.refuse(producer, `TensorFlow Lite's counterpart does not give its output "${name}", which is used`);
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
    remember(id, { tensor, arrangement, shape: making.tensorShape(tensor) });
  };

  const throughOnnx = new Set<string>();
  const stored: Lowerer['stored'] = (id, arrangement, shape) => {
    const list = versions(id);
    const there = list.find(
      (version) => isSame(version.arrangement, arrangement) && version.shape.join() === shape.join(),
    );
    if (there !== undefined) return there.tensor;
    const value = onnx.constantOf(id);
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
      // Factors that do not divide: through ONNX's own order, with which every arrangement of the same elements has its strides in common.
      const key = JSON.stringify([id, arrangement, shape]);
      if (throughOnnx.has(key)) {
        throw new UserError(`"${nameOf(id)}" is not of the elements that are read of it as [${shape.join(', ')}].`);
      }
      throughOnnx.add(key);
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
    origins,
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
      if (onnx.constantOf(id) === undefined) {
        for (const version of versions(id)) {
          const axes = axesOf(version.arrangement, shape, version.shape);
          if (axes !== undefined) return { tensor: version.tensor, shape: version.shape, axes };
        }
      }
      const axes = nearestAxes(native(id).arrangement, shape);
      return { tensor: withAxes(id, axes), shape: shapeOfAxes(shape, axes), axes };
    },
    define,
    defineAxes: (id, tensor, axes) => {
      if (id >= 0) define(id, tensor, ofAxes(shapeOf(id), axes));
    },
    alias: (id, of) => {
      const value = onnx.constantOf(of);
      if (value !== undefined) onnx.setConstant(id, { ...value, shape: shapeOf(id) });
      else values.set(id, versions(of));
    },
  };
}
