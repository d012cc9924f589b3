import { concreteShape, inputTensor, isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';

/** What runs as one function: an operator, or a depthwise convolution with the pointwise one after it, which work row by row. */
export interface Step {
  /** Indices of its operators, in order. */
  readonly operators: readonly number[];
  readonly kind: 'depthwise-pointwise' | 'single';
  /** Buffers that it reads and the one it writes: tensors that share a buffer have one id. */
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
}

/** A network as its functions call each other. */
export interface Steps {
  readonly steps: readonly Step[];
  /** The buffer of the network's inputs and outputs. */
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  /** Bytes of a buffer. */
  readonly bytesOf: (buffer: TensorId) => number;
}

/** Operators that give their input another shape or another scale; they cost no buffer where input and output are as long. */
const renaming = new Set([
  'RESHAPE',
  'SQUEEZE',
  'EXPAND_DIMS',
  'QUANTIZE',
  'DEQUANTIZE',
  'TILE',
  'RELU',
  'RELU6',
  'RELU_N1_TO_1',
]);
const convolutions = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D']);

/**
 * The functions that the network becomes. Shapes are computed beforehand, zero padding is part of the convolution behind it,
 * and in a network without branches a depthwise convolution runs with its pointwise one; these follow from the published activations of the STM32 model zoo (bench/estimates/st-edge-ai.ts).
 */
export function stepsOf(graph: Graph): Steps {
  const buffers = new Map<TensorId, TensorId>();
  const bufferOf = (id: TensorId): TensorId => buffers.get(id) ?? id;
  const readers = readersOf(graph);
  const single: Step[] = [];
  graph.operators.forEach((operator, index) => {
    const inputs = dataInputs(graph, operator).map(bufferOf);
    const outputs = operator.outputs.filter((id): id is TensorId => id !== null && isData(graph, id));
    const [input] = inputs;
    const [output] = outputs;
    if (input === undefined || output === undefined) return;
    if (sharesBuffer(graph, operator, input, output, readers)) buffers.set(output, input);
    else single.push({ operators: [index], kind: 'single', inputs, outputs });
  });
  return {
    steps: isChain(single) ? joined(graph, single) : single,
    inputs: [...new Set(graph.inputs.map(bufferOf))],
    outputs: [...new Set(graph.outputs.map(bufferOf))],
    bytesOf: (buffer) => tensorBytes(tensorAt(graph, buffer)) ?? 0,
  };
}

function sharesBuffer(
  graph: Graph,
  operator: Operator,
  input: TensorId,
  output: TensorId,
  readers: ReadonlyMap<TensorId, readonly Operator[]>,
): boolean {
  const bytes = (id: TensorId) => tensorBytes(tensorAt(graph, id)) ?? 0;
  if (operator.type === 'PAD') {
    const behind = readers.get(output) ?? [];
    return behind.length > 0 && behind.every(({ type }) => convolutions.has(type));
  }
  return renaming.has(operator.type) && bytes(input) === bytes(output);
}

/** True where every step reads what the step before it wrote, and only that. */
function isChain(steps: readonly Step[]): boolean {
  return steps.every(
    ({ inputs }, position) => position === 0 || (inputs.length === 1 && inputs[0] === steps[position - 1]?.outputs[0]),
  );
}

/** Depthwise and pointwise convolutions where the first one's result goes nowhere else. */
function joined(graph: Graph, steps: readonly Step[]): readonly Step[] {
  const uses = new Map<TensorId, number>();
  for (const id of [...graph.outputs, ...steps.flatMap(({ inputs }) => inputs)]) uses.set(id, (uses.get(id) ?? 0) + 1);
  const result: Step[] = [];
  for (const step of steps) {
    const before = result.at(-1);
    const isPair =
      before !== undefined &&
      before.kind === 'single' &&
      operatorOf(graph, before)?.type === 'DEPTHWISE_CONV_2D' &&
      isPointwise(graph, operatorOf(graph, step)) &&
      step.inputs[0] === before.outputs[0] &&
      uses.get(step.inputs[0] ?? -1) === 1;
    if (!isPair) result.push(step);
    else {
      result[result.length - 1] = {
        operators: [...before.operators, ...step.operators],
        kind: 'depthwise-pointwise',
        inputs: before.inputs,
        outputs: step.outputs,
      };
    }
  }
  return result;
}

const operatorOf = (graph: Graph, { operators }: Step) => graph.operators[operators[0] ?? -1];

function isPointwise(graph: Graph, operator: Operator | undefined): boolean {
  if (operator?.type !== 'CONV_2D') return false;
  const filter = concreteShape(inputTensor(graph, operator, 1)?.shape);
  return filter?.[1] === 1 && filter[2] === 1;
}

function dataInputs(graph: Graph, operator: Operator): readonly TensorId[] {
  return [...new Set(operator.inputs)].filter((id): id is TensorId => id !== null && isData(graph, id));
}

/** True for what the network computes with, as against weights and the arithmetic of shapes. */
function isData(graph: Graph, id: TensorId): boolean {
  const tensor = tensorAt(graph, id);
  return !isConstant(tensor) && tensor.dtype !== 'int32' && tensor.dtype !== 'int64';
}

function readersOf(graph: Graph): ReadonlyMap<TensorId, readonly Operator[]> {
  const readers = new Map<TensorId, Operator[]>();
  for (const operator of graph.operators) {
    for (const id of operator.inputs) {
      if (id !== null) readers.set(id, [...(readers.get(id) ?? []), operator]);
    }
  }
  return readers;
}
