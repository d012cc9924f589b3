import type { TensorExtras } from '../../formats/tflite/extras.ts';
import { tensorExtras } from '../../formats/tflite/extras.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { mapSubgraphs } from './subgraphs.ts';

/**
 * Removes what no runtime reads from tensors: the ranges seen in training ("for importing back into TensorFlow", schema),
 * and shape signatures that say no more than the shape.
 */
export function removeTrainingRanges(graph: Graph): Graph {
  return mapSubgraphs(graph, (subgraph) => ({ ...subgraph, tensors: subgraph.tensors.map(withoutRanges) }));
}

function withoutRanges(tensor: Tensor): Tensor {
  const { extras: _, quantization, ...bare } = tensor;
  const { shapeSignature, quantization: raw, ...others } = tensorExtras(tensor);
  const fixed = shapeSignature?.every((extent, axis) => extent === tensor.shape?.[axis]);
  const extras: TensorExtras = {
    ...others,
    ...(shapeSignature === undefined || fixed === true ? {} : { shapeSignature }),
    ...(raw === undefined || isRangeOnly(raw) ? {} : { quantization: raw }),
  };
  const { scale, zeroPoint, axis } = quantization ?? {};
  return {
    ...bare,
    ...(scale === undefined || zeroPoint === undefined || axis === undefined
      ? {}
      : { quantization: { scale, zeroPoint, axis } }),
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
  };
}

function isRangeOnly({ scale, zero_point: zeroPoint, details }: NonNullable<TensorExtras['quantization']>): boolean {
  return scale === undefined && zeroPoint === undefined && details === undefined;
}
