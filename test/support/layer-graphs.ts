import type { ModelGraphs } from '../../src/diff/side.ts';
import { type DataType, dataTypes } from '../../src/graph/data-type.ts';
import type { Graph, Operator, Tensor } from '../../src/graph/graph.ts';
import type { Measurement } from '../../src/measurement/measurement.ts';
import { graphOf } from './tensor-graphs.ts';

/** The graphs of a model whose layers read each other in a row and that ships as committed. */
export function layerGraphs({ layers, artifact }: Measurement): ModelGraphs {
  const tensors: Tensor[] = [{ name: 'input', shape: [1, 16], dtype: 'int8' }];
  const operators = layers.map((layer): Operator => {
    const from = tensors.length - 1;
    const inputs = [from];
    if (layer.weightShape !== undefined) {
      const data = new Uint8Array(layer.weightShape.reduce((product, extent) => product * extent, 1));
      inputs.push(tensors.push({ name: `${layer.name}/weights`, shape: layer.weightShape, dtype: 'int8', data }) - 1);
    }
    tensors.push({ name: layer.name, shape: layer.outputShape, dtype: typeOf(layer.outputType) });
    const outputs = [tensors.length - 1];
    return { name: layer.name, type: layer.type, domain: '', version: 1, inputs, outputs, attributes: {} };
  });
  const dialect = artifact.format === 'onnx' ? 'onnx' : 'tflite';
  const graph: Graph = graphOf(
    dialect,
    tensors,
    operators,
    [0],
    operators.at(-1)?.outputs.filter((id) => id !== null) ?? [0],
  );
  return { source: graph, artifact: graph };
}

function typeOf(name: string | undefined): DataType {
  return dataTypes.find((type) => type === name) ?? 'int8';
}
