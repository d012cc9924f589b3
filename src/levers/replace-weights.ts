import { concreteShape, tensorAt } from '../graph/access.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import type { WeightedLayer } from './layer-weights.ts';

/** New content for a layer's weights and bias; what is left out stays. A bias where the layer has none is added, unless it is all zero. */
export interface LayerChange {
  readonly weights?: Float32Array;
  /** The shape of `weights`, where it is another one. */
  readonly shape?: readonly number[];
  readonly bias?: Float32Array;
}

/**
 * The graph with other weights and biases in some layers. Ids of tensors stay, so that calibrated ranges still fit; what is new comes after them.
 * Constants that other operators use too are not changed for them.
 * @throws RangeError when a bias other than zero is given to a layer that cannot have one (`biasPosition` is `undefined`).
 */
export function replaceWeights(graph: Graph, changes: ReadonlyMap<WeightedLayer, LayerChange>): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [...graph.operators];
  const names = new Set(tensors.map(({ name }) => name));
  const uses = new Map<TensorId, number>();
  for (const { inputs } of operators) for (const id of inputs) if (id !== null) uses.set(id, (uses.get(id) ?? 0) + 1);
  const put = (id: TensorId | undefined, hint: string, shape: readonly number[], values: Float32Array): TensorId => {
    const content = tensorOf('', constantOf('float32', shape, values));
    if (id !== undefined && uses.get(id) === 1 && !graph.outputs.includes(id)) {
      tensors[id] = { ...(tensors[id] as Tensor), ...content, name: tensorAt(graph, id).name };
      return id;
    }
    let name = hint;
    for (let suffix = 2; names.has(name); suffix += 1) name = `${hint}_${suffix}`;
    names.add(name);
    return tensors.push({ ...content, name }) - 1;
  };
  for (const [layer, change] of changes) {
    const inputs = [...layer.operator.inputs];
    if (change.weights !== undefined) {
      const { name } = tensorAt(graph, layer.weights);
      inputs[1] = put(layer.weights, name, change.shape ?? layer.weightsShape, change.weights);
    }
    const { bias } = change;
    if (bias !== undefined && (layer.bias !== undefined || bias.some((value) => value !== 0))) {
      if (layer.biasPosition === undefined) throw new RangeError(`${layer.operator.type} has no bias`);
      const before = layer.bias === undefined ? undefined : concreteShape(tensorAt(graph, layer.bias).shape);
      const shape = [...(before ?? [0]).slice(0, -1), bias.length];
      const hint =
        layer.bias === undefined ? `${tensorAt(graph, layer.weights).name}_bias` : tensorAt(graph, layer.bias).name;
      while (inputs.length < layer.biasPosition) inputs.push(null);
      inputs[layer.biasPosition] = put(layer.bias, hint, shape, bias);
    }
    operators[layer.index] = { ...(operators[layer.index] as Operator), inputs };
  }
  return { ...graph, tensors, operators };
}
