import { elementCount, inputTensor, intAttribute, outputTensor } from '../../graph/access.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { KernelCost } from '../../targets/board.ts';
import { type Convolution, convolution } from './convolution.ts';
import { operatorFacts } from './operator-facts.ts';

/** How often each term of a kernel's cost counts. */
export type Work = Readonly<Record<keyof KernelCost, number>>;

/** Which kernel runs an operator, as a key of a core's kernel library, and how much it has to do. */
export interface KernelWork {
  /** `<kernel>/<element type>`: `conv-1x1/int8`, `add/float32`. */
  readonly kernel: string;
  readonly work: Work;
}

/**
 * The kernel that runs an operator and its work; element-wise operators are told apart by whether shapes are equal. Convolutions are told apart where CMSIS-NN takes another way:
 * pointwise, along one row, few input channels; depthwise with a 3x3 filter, with a channel multiplier.
 */
export function kernelWork(graph: Graph, operator: Operator): KernelWork {
  const data = inputTensor(graph, operator, operatorFacts(operator.type)?.dataInput ?? 0);
  const outputs = operator.outputs.reduce<number>((sum, _, position) => {
    const tensor = outputTensor(graph, operator, position);
    return sum + (tensor === undefined ? 0 : (elementCount(tensor) ?? 0));
  }, 0);
  const shape = windowed.has(operator.type) ? convolution(graph, operator) : undefined;
  const pixels = shape === undefined ? 0 : shape.batch * shape.output.height * shape.output.width;
  return {
    kernel: `${kernelName(graph, operator, shape)}/${typeName(data?.dtype)}`,
    work: {
      perMac: operatorMacs(graph, operator),
      perOutput: outputs,
      perInput: data === undefined ? 0 : (elementCount(data) ?? 0),
      perPixel: pixels,
      perPatch: shape === undefined ? pooledElements(operator, outputs) : pixels * filterElements(shape),
      perCall: 1,
    },
  };
}

/** A kernel's cost for an amount of work, in the unit of its library. */
export function kernelCost(cost: KernelCost, work: Work): number {
  const terms = Object.entries(cost) as readonly (readonly [keyof KernelCost, number])[];
  return terms.reduce((sum, [term, coefficient]) => sum + coefficient * work[term], 0);
}

const windowed = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'TRANSPOSE_CONV']);

const filterElements = ({ filter }: Convolution) => filter.height * filter.width * filter.channels;

/** Elements that pooling windows visit; 0 for everything else. */
function pooledElements(operator: Operator, outputs: number): number {
  return outputs * intAttribute(operator, 'filter_height', 0) * intAttribute(operator, 'filter_width', 0);
}

function kernelName(graph: Graph, operator: Operator, shape: Convolution | undefined): string {
  const plain = operator.type.toLowerCase().replaceAll('_', '-');
  if (shape === undefined) return isBroadcast(graph, operator) ? `${plain}-broadcast` : plain;
  if (operator.type === 'CONV_2D') return convolutionKernel(shape);
  if (operator.type === 'DEPTHWISE_CONV_2D') return depthwiseKernel(shape);
  return plain;
}

const elementwise = new Set(['ADD', 'SUB', 'MUL', 'MAXIMUM', 'MINIMUM']);

/** Operands of different shapes go through a general and slow loop. */
function isBroadcast(graph: Graph, operator: Operator): boolean {
  if (!elementwise.has(operator.type)) return false;
  const [a, b] = [inputTensor(graph, operator, 0)?.shape, inputTensor(graph, operator, 1)?.shape];
  return a?.length !== b?.length || a?.some((extent, axis) => extent !== b?.[axis]) === true;
}

function convolutionKernel(shape: Convolution): string {
  const { filter, padding, stride, input } = shape;
  const isPointwise = filter.height === 1 && filter.width === 1 && padding.height === 0 && padding.width === 0;
  if (isPointwise) return stride.height === 1 && stride.width === 1 ? 'conv-1x1' : 'conv-1x1-strided';
  return input.channels <= 3 ? 'conv-stem' : 'conv';
}

function depthwiseKernel(shape: Convolution): string {
  const { filter, padding, input, output } = shape;
  if (input.channels !== output.channels) return 'depthwise-multiplied';
  const isThreeByThree = filter.height === 3 && filter.width === 3;
  return isThreeByThree && padding.height <= 1 && padding.width <= 1 ? 'depthwise-3x3' : 'depthwise';
}

/** Types that share a kernel of their own; everything else moves data by its size. */
function typeName(dtype: DataType | undefined): string {
  return dtype === 'int8' || dtype === 'uint8' ? 'int8' : dtype === 'int16' ? 'int16' : 'float32';
}
