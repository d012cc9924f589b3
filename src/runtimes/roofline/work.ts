import {
  concreteShape,
  elementCount,
  inputTensor,
  intAttribute,
  outputTensor,
  tensorBytes,
} from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';

/** What an operator gives a processor to do, as a roofline counts it. */
export interface OperatorWork {
  /** Multiply-accumulates, by how well processors keep their arithmetic fed: sums over many channels, over one channel, of a vector and a matrix. */
  readonly convolutionMacs: number;
  readonly depthwiseMacs: number;
  readonly denseMacs: number;
  /** Elements written by operators that multiply and accumulate. */
  readonly outputs: number;
  /** Elements that other operators go over: the larger of data and result. */
  readonly elements: number;
  /** Those of them that are functions of one number, or products with what one gave: sigmoid, swish, gates. */
  readonly functionElements: number;
  /** Those of operators that LiteRT computes one by one on one thread, as XNNPACK does not take them in integers. */
  readonly serialElements: number;
  /** Bytes of constants, and of what is read and written besides. */
  readonly weightBytes: number;
  readonly dataBytes: number;
  /** 1 for what is started, 0 for what only gives other names to the same bytes. */
  readonly launches: number;
}

/** Of an operator that only gives another shape to the same bytes. */
export const noWork: OperatorWork = {
  convolutionMacs: 0,
  depthwiseMacs: 0,
  denseMacs: 0,
  outputs: 0,
  elements: 0,
  functionElements: 0,
  serialElements: 0,
  weightBytes: 0,
  dataBytes: 0,
  launches: 0,
};

const views = /^(Reshape|Flatten|Squeeze|Unsqueeze|Identity|Dropout|Constant|Shape|RESHAPE|SQUEEZE|EXPAND_DIMS|SHAPE)$/;

const functions =
  /^(Sigmoid|HardSigmoid|HardSwish|Swish|Silu|Tanh|Gelu|Erf|Mul|Div|Exp|Softplus|Mish|LOGISTIC|HARD_SWISH|TANH|GELU|MUL|DIV|EXP)$/;

/** ai-edge-litert 2.3.0 gives XNNPACK the other activations in integers, this one it computes itself, as slow with two threads as with one (an operator of 1.4 million elements by itself). */
const serial = /^HARD_SWISH$/;

/** The tensors that are computed when a graph runs, or given to it. */
export function computedTensors(graph: Graph): ReadonlySet<TensorId> {
  const computed = graph.operators.flatMap(({ outputs }) => outputs.filter((id) => id !== null));
  return new Set([...graph.inputs, ...computed]);
}

/** The work of an operator of either dialect; `computed` as `computedTensors` gives it for the graph. Unknown extents count nothing. */
export function operatorWork(graph: Graph, operator: Operator, computed: ReadonlySet<TensorId>): OperatorWork {
  if (views.test(operator.type)) return noWork;
  const macs = operatorMacs(graph, operator);
  const kind = macsKind(graph, operator, macs);
  const elementsOf = (position: number, tensor = inputTensor(graph, operator, position)) =>
    tensor === undefined ? 0 : (elementCount(tensor) ?? 0);
  const outputs = operator.outputs.reduce<number>(
    (sum, _, position) => sum + elementsOf(0, outputTensor(graph, operator, position)),
    0,
  );
  const elements = macs > 0 ? 0 : Math.max(outputs, elementsOf(0));
  const bytesOf = (ids: readonly (TensorId | null)[]): number =>
    ids.reduce<number>((sum, id) => {
      const tensor = id === null ? undefined : graph.tensors[id];
      return sum + (tensor === undefined ? 0 : (tensorBytes(tensor) ?? 0));
    }, 0);
  const isConstant = (id: TensorId | null) => id !== null && !computed.has(id);
  return {
    convolutionMacs: kind === 'convolution' ? macs : 0,
    depthwiseMacs: kind === 'depthwise' ? macs : 0,
    denseMacs: kind === 'dense' ? macs : 0,
    outputs: macs > 0 ? outputs : 0,
    elements,
    functionElements: functions.test(operator.type) ? elements : 0,
    serialElements: serial.test(operator.type) && precisionOf(graph, operator) === 'int8' ? elements : 0,
    weightBytes: bytesOf(operator.inputs.filter(isConstant)),
    dataBytes: bytesOf([...operator.inputs.filter((id) => !isConstant(id)), ...operator.outputs]),
    launches: 1,
  };
}

function macsKind(graph: Graph, operator: Operator, macs: number): 'convolution' | 'depthwise' | 'dense' | 'none' {
  const { type } = operator;
  if (macs === 0) return 'none';
  if (type === 'DEPTHWISE_CONV_2D') return 'depthwise';
  if (/Conv/.test(type)) {
    const weights = concreteShape(inputTensor(graph, operator, type === 'QLinearConv' ? 3 : 1)?.shape);
    return intAttribute(operator, 'group', 1) > 1 && weights?.[1] === 1 ? 'depthwise' : 'convolution';
  }
  return /CONV/.test(type) ? 'convolution' : 'dense';
}

/** What an operator is computed in: the type of its largest computed tensor; integers of any width count as 8 bits wide. */
export function precisionOf(graph: Graph, operator: Operator): 'float32' | 'float16' | 'int8' {
  const types = [...operator.outputs, operator.inputs[0] ?? null].map((id) =>
    id === null ? undefined : graph.tensors[id]?.dtype,
  );
  const type = types.find((dtype) => dtype !== undefined);
  if (type === 'float16' || type === 'bfloat16') return 'float16';
  return type === undefined || type.startsWith('float') ? 'float32' : 'int8';
}
