import { concreteShape, inputTensor, outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { Ne16Job } from './ne16-cycles.ts';

/** The job that an operator is for NE16; `undefined` for what the cluster computes. */
export function ne16Job(graph: Graph, operator: Operator): Ne16Job | undefined {
  const { type, domain } = operator;
  const [data, weights] = [inputTensor(graph, operator, 0), inputTensor(graph, operator, 1)];
  const output = outputTensor(graph, operator);
  if (domain !== '' || data?.dtype !== 'int8' || weights?.dtype !== 'int8' || output?.dtype !== 'int8')
    return undefined;
  const [w, shape] = [concreteShape(weights?.shape), concreteShape(output?.shape)];
  if (w === undefined || shape === undefined) return undefined;
  const [, height = 1, width = 1, results = 1] = shape;
  if (type === 'FULLY_CONNECTED') {
    const [filters = 1, channels = 1] = w;
    return { kind: '1x1', height: 1, width: 1, filters, channels };
  }
  const [filters = 1, kernelHeight, kernelWidth, channels = 1] = w;
  const is = (extent: number) => kernelHeight === extent && kernelWidth === extent;
  if (type === 'DEPTHWISE_CONV_2D' && is(3)) {
    return { kind: 'depthwise', height, width, filters: results, channels: results };
  }
  if (type !== 'CONV_2D' || (!is(1) && !is(3))) return undefined;
  return { kind: is(1) ? '1x1' : '3x3', height, width, filters, channels };
}
