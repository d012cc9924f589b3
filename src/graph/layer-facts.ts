import { concreteShape, elementCount, inputTensor, isConstant, outputTensor } from './access.ts';
import type { Graph, Operator } from './graph.ts';
import { operatorMacs } from './macs.ts';

/** What people are told of an operator besides its figures. */
export interface LayerFacts {
  readonly outputShape?: (number | string)[];
  readonly outputType?: string;
  /** Of operators that multiply with constants. */
  readonly weightShape?: number[];
}

const longestShape = 32;

/** Shape and element type of an operator's first output, and the shape of its weights: its largest constant, where it multiplies and accumulates. */
export function layerFacts(graph: Graph, operator: Operator): LayerFacts {
  const position = Math.max(
    0,
    operator.outputs.findIndex((id) => id !== null),
  );
  const output = outputTensor(graph, operator, position);
  const shape = output?.shape;
  const weights = operatorMacs(graph, operator) === 0 ? undefined : weightShapeOf(graph, operator);
  return {
    ...(shape === undefined || shape.length > longestShape ? {} : { outputShape: [...shape] }),
    ...(output === undefined ? {} : { outputType: output.dtype }),
    ...(weights === undefined || weights.length > longestShape ? {} : { weightShape: [...weights] }),
  };
}

function weightShapeOf(graph: Graph, operator: Operator): readonly number[] | undefined {
  const constants = operator.inputs.flatMap((_, position) => {
    const tensor = inputTensor(graph, operator, position);
    return tensor !== undefined && isConstant(tensor) ? [tensor] : [];
  });
  const [largest] = constants.sort((a, b) => (elementCount(b) ?? 0) - (elementCount(a) ?? 0));
  return concreteShape(largest?.shape);
}
