import { emptyGraph } from '../graph/empty-graph.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { asInOnnx } from './arrangement.ts';
import { openGraph } from './graph-in-making.ts';
import type { Lowerer } from './lowerer.ts';
import { openOnnxSide } from './onnx-side.ts';
import { openStoredValues } from './stored-values.ts';

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
  const onnx = openOnnxSide(graph);
  const made = openGraph();
  return {
    ...onnx,
    ...made,
    ...openStoredValues(onnx, made),
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
        ...emptyGraph('tflite', nested.name),
        tensors: inner.tensors,
        operators: inner.operators,
        inputs: given,
        outputs: results,
      });
      return subgraphs.length;
    },
  };
}
