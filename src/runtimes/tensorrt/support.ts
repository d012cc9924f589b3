import { concreteShape, inputTensor } from '../../graph/access.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import { nestedGraphs } from '../../graph/traversal.ts';

import type { Finding } from '../../measurement/measurement.ts';
import operators from './operators.json' with { type: 'json' };

const supported: ReadonlySet<string> = new Set(operators.supported);

/** One reason for which TensorRT's ONNX parser or builder refuses an operator; the text is what the user reads. */
type Rule = (graph: Graph, operator: Operator) => string | undefined;

/** Quantisation is symmetric: a zero point other than 0 is refused. */
const zeroPointIsZero: Rule = (graph, operator) => {
  if (!/^(Quantize|Dequantize)Linear$/.test(operator.type)) return undefined;
  const zeroPoint = inputTensor(graph, operator, 2);
  return zeroPoint?.data?.some((byte) => byte !== 0) === true
    ? `TensorRT takes symmetric integers only, and this ${operator.type} has a zero point that is not 0; quantise activations symmetrically.`
    : undefined;
};

const quantizedTypes: ReadonlySet<DataType> = new Set(['int8', 'int4', 'float8e4m3fn']);

/** Integers are signed: uint8 is refused, and so is int32, which biases are often stored as. */
const signedBytes: Rule = (graph, operator) => {
  if (operator.type !== 'DequantizeLinear') return undefined;
  const dtype = inputTensor(graph, operator, 0)?.dtype;
  if (dtype === undefined || quantizedTypes.has(dtype)) return undefined;
  return dtype === 'int32'
    ? 'TensorRT does not dequantise int32: keep the bias in floating point, without Q/DQ.'
    : `TensorRT does not dequantise ${dtype}: quantise to int8.`;
};

/** Operators that compute on integers by themselves are for other runtimes. */
const explicitOnly: Rule = (_, { type }) =>
  /^(QLinear.*|QGemm|ConvInteger|MatMulInteger.*|DynamicQuantize.*)$/.test(type)
    ? `TensorRT has no ${type}: it takes int8 as QuantizeLinear and DequantizeLinear around floating-point operators.`
    : undefined;

const spatial: Rule = (graph, operator) => {
  if (!/^(Conv|ConvTranspose|MaxPool|AveragePool)$/.test(operator.type)) return undefined;
  const rank = concreteShape(inputTensor(graph, operator, 0)?.shape)?.length;
  return rank !== undefined && rank !== 4 && rank !== 5 && !(rank === 3 && operator.type === 'Conv')
    ? `TensorRT has 2D and 3D ${operator.type} only; add a dimension of 1.`
    : undefined;
};

const noIndices: Rule = (_, { type, outputs }) =>
  type === 'MaxPool' && outputs[1] !== undefined && outputs[1] !== null
    ? 'TensorRT has no second output of MaxPool, the indices.'
    : undefined;

const inList: Rule = (_, { type, domain }) => {
  if ((domain === '' || domain === 'ai.onnx') && supported.has(type)) return undefined;
  const name = domain === '' ? type : `${domain}.${type}`;
  return `TensorRT's ONNX parser has no operator ${name.slice(0, 200)}; replace it, or register a plug-in of that name.`;
};

const rules: readonly Rule[] = [zeroPointIsZero, signedBytes, explicitOnly, spatial, noIndices, inList];

/** A finding for every operator, nested ones too, that TensorRT would refuse: the first rule that it breaks. */
export function refusedByTensorrt(graph: Graph): readonly Finding[] {
  return graph.operators.flatMap((operator, index) => {
    const nested = nestedGraphs(operator).flatMap(refusedByTensorrt);
    const message = rules.map((rule) => rule(graph, operator)).find((reason) => reason !== undefined);
    if (message === undefined) return nested;
    return [
      { code: 'unsupported-operator', severity: 'error' as const, where: operatorPlace(operator, index), message },
      ...nested,
    ];
  });
}
