import { concreteShape, elementCount, inputTensor, isConstant, outputTensor } from './access.ts';
import type { DataType } from './data-type.ts';
import type { Graph, Operator, Tensor } from './graph.ts';
import { operatorMacs } from './macs.ts';

/** What people are told of an operator besides its figures. */
export interface LayerFacts {
  readonly outputShape?: (number | string)[];
  readonly outputType?: string;
  /** Of operators that multiply with constants. */
  readonly weightShape?: number[];
  /** The lowest and the highest real number that the integers of its first output can stand for, and those of its weights. */
  readonly outputRange?: [number, number];
  readonly weightRange?: [number, number];
}

const longestShape = 32;
/** Characters of an open extent's name. */
const longestName = 200;

const shortened = (extent: number | string) => (typeof extent === 'string' ? extent.slice(0, longestName) : extent);

/** Shape and element type of an operator's first output, and the shape of its weights: its largest constant, where it multiplies and accumulates. */
export function layerFacts(graph: Graph, operator: Operator): LayerFacts {
  const position = Math.max(
    0,
    operator.outputs.findIndex((id) => id !== null),
  );
  const output = outputTensor(graph, operator, position);
  const shape = output?.shape;
  const constant = operatorMacs(graph, operator) === 0 ? undefined : weightsOf(graph, operator);
  const weights = concreteShape(constant?.shape);
  const [outputRange, weightRange] = [integerRange(output), integerRange(constant)];
  return {
    ...(shape === undefined || shape.length > longestShape ? {} : { outputShape: shape.map(shortened) }),
    ...(output === undefined ? {} : { outputType: output.dtype }),
    ...(weights === undefined || weights.length > longestShape ? {} : { weightShape: [...weights] }),
    ...(outputRange === undefined ? {} : { outputRange }),
    ...(weightRange === undefined ? {} : { weightRange }),
  };
}

function weightsOf(graph: Graph, operator: Operator): Tensor | undefined {
  const constants = operator.inputs.flatMap((_, position) => {
    const tensor = inputTensor(graph, operator, position);
    return tensor !== undefined && isConstant(tensor) ? [tensor] : [];
  });
  const [largest] = constants.sort((a, b) => (elementCount(b) ?? 0) - (elementCount(a) ?? 0));
  return largest;
}

/** The lowest and highest number of integer types that stand for real ones. */
const limits: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
};

/** The real numbers between which a tensor's integers lie, over all of its channels. */
function integerRange(tensor: Tensor | undefined): [number, number] | undefined {
  const [lowest, highest] = (tensor && limits[tensor.dtype]) ?? [];
  const { scale = [], zeroPoint = [] } = tensor?.quantization ?? {};
  if (lowest === undefined || highest === undefined || scale.length === 0) return undefined;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [channel, step] of scale.entries()) {
    const zero = zeroPoint[channel] ?? zeroPoint[0] ?? 0;
    low = Math.min(low, step * (lowest - zero));
    high = Math.max(high, step * (highest - zero));
  }
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : undefined;
}
