import { tensorExtras } from '../../formats/tflite/extras.ts';
import { concreteShape, inputTensor, intAttribute, outputTensor, stringAttribute } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';

/** One axis of a window that slides over an input. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Height and width of a `CONV_2D` or `DEPTHWISE_CONV_2D`; `undefined` where a shape is not known, or the caller may choose it. */
export function windowAxes(graph: Graph, operator: Operator): readonly [WindowAxis, WindowAxis] | undefined {
  const source = inputTensor(graph, operator, 0);
  const input = concreteShape(source?.shape);
  const filter = concreteShape(inputTensor(graph, operator, 1)?.shape);
  const output = concreteShape(outputTensor(graph, operator)?.shape);
  if (input?.length !== 4 || filter?.length !== 4 || output?.length !== 4) return undefined;
  if (source !== undefined && tensorExtras(source).shapeSignature?.slice(1, 3).includes(-1) === true) return undefined;
  const axis = (position: 1 | 2, letter: 'h' | 'w'): WindowAxis => ({
    input: input[position] ?? 0,
    output: output[position] ?? 0,
    filter: filter[position] ?? 0,
    stride: intAttribute(operator, `stride_${letter}`, 1),
    dilation: intAttribute(operator, `dilation_${letter}_factor`, 1),
  });
  return [axis(1, 'h'), axis(2, 'w')];
}

/** What padding `SAME` adds along an axis, before and behind together; lite/kernels/padding.h of tensorflow/tflite-micro puts the smaller half before. */
export function samePadding({ input, output, filter, stride, dilation }: WindowAxis): number {
  return Math.max(0, (output - 1) * stride + (filter - 1) * dilation + 1 - input);
}

/** True when windows of the operator reach beyond its input; where shapes are not known too. */
export function isPadded(graph: Graph, operator: Operator): boolean {
  if (stringAttribute(operator, 'padding', 'SAME') !== 'SAME') return false;
  return windowAxes(graph, operator)?.every((axis) => samePadding(axis) === 0) !== true;
}
