import { concreteShape, inputTensor, tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import type { Release } from './latency.ts';
import { type Step, type Steps, stepsOf } from './steps.ts';

/** RAM that activations take. */
export interface Activations {
  /** The most that any step needs: what ST's compiler reports as activations, inputs and outputs included. */
  readonly bytes: number;
  /** By operator of the graph: bytes needed while it runs; 0 for those that became part of another or of nothing. */
  readonly liveBytes: readonly number[];
}

/** Element by element or window by window: the result may take the place of an input that nobody needs afterwards. */
const inPlace =
  /^(ADD|SUB|MUL|DIV|MINIMUM|MAXIMUM|LOGISTIC|TANH|HARD_SWISH|LEAKY_RELU|PRELU|ELU|ABS|NEG|SOFTMAX|QUANTIZE|DEQUANTIZE|DEPTHWISE_CONV_2D|MAX_POOL_2D|AVERAGE_POOL_2D|PAD)$/;

/** Rows of the input that a depthwise convolution with the pointwise one behind it still needs behind the row that they write. */
const rowsBehind = 7;

/**
 * Buffers alive at each step, less what input and output of the step can share, and the step's own scratch; the plan is taken to be as good as that.
 * The rules are what the published activations of the STM32 model zoo follow; MobileNet V2 to the byte that the zoo prints (bench/estimates/st-edge-ai.ts).
 */
export function activationsOf(graph: Graph, release: Release = '9'): Activations {
  const steps = stepsOf(graph);
  const liveBytes = graph.operators.map(() => 0);
  const last = lastUses(steps);
  const alive = new Set<TensorId>(steps.inputs);
  let most = sum(steps, steps.inputs);
  steps.steps.forEach((step, position) => {
    for (const output of step.outputs) alive.add(output);
    const dying = step.inputs.filter((id) => last.get(id) === position);
    const bytes = sum(steps, alive) - shared(graph, steps, step, dying, release) + scratchOf(graph, step);
    for (const index of step.operators) liveBytes[index] = bytes;
    most = Math.max(most, bytes);
    for (const id of alive) if ((last.get(id) ?? position) <= position) alive.delete(id);
  });
  return { bytes: most, liveBytes };
}

const sum = (steps: Steps, buffers: Iterable<TensorId>) =>
  [...buffers].reduce((bytes, id) => bytes + steps.bytesOf(id), 0);

/** The last step that reads each buffer; outputs live on. */
function lastUses({ steps, outputs }: Steps): ReadonlyMap<TensorId, number> {
  const last = new Map<TensorId, number>();
  steps.forEach(({ inputs }, position) => {
    for (const id of inputs) last.set(id, position);
  });
  for (const id of outputs) last.set(id, Number.POSITIVE_INFINITY);
  return last;
}

/** Bytes that the largest input that ends here and the output have in common. */
function shared(graph: Graph, steps: Steps, step: Step, dying: readonly TensorId[], release: Release): number {
  const largest = Math.max(0, ...dying.map(steps.bytesOf));
  const both = Math.min(largest, sum(steps, step.outputs));
  const type = graph.operators[step.operators[0] ?? -1]?.type ?? '';
  if (step.kind === 'depthwise-pointwise') return Math.max(0, both - rowsBehind * rowBytes(graph, step.inputs[0]));
  if (inPlace.test(type) || (release !== '9' && isImageConvolution(graph, step))) return both;
  return 0;
}

/** A convolution on an image of up to four channels: up to release 8 its rows were used up as it went. */
function isImageConvolution(graph: Graph, step: Step): boolean {
  const operator = graph.operators[step.operators[0] ?? -1];
  if (operator?.type !== 'CONV_2D') return false;
  const filter = concreteShape(inputTensor(graph, operator, 1)?.shape);
  return filter !== undefined && (filter[3] ?? 0) <= 4;
}

function rowBytes(graph: Graph, id: TensorId | undefined): number {
  if (id === undefined) return 0;
  const shape = concreteShape(tensorAt(graph, id).shape);
  return shape?.length === 4 ? (shape[2] ?? 0) * (shape[3] ?? 0) : 0;
}

/**
 * Scratch of convolutions on integers, the larger of a joined step's two: 4 bytes for each element of a filter and 10 (pointwise) or 34 for each filter,
 * depthwise 4 for each position and 1 more for each channel.
 * From the sizes in C code that X-CUBE-AI generated; MobileNet V2 of the STM32 model zoo gives the pointwise one exactly.
 */
function scratchOf(graph: Graph, step: Step): number {
  return Math.max(
    ...step.operators.map((index) => {
      const operator = graph.operators[index];
      if (operator === undefined) return 0;
      const weights = inputTensor(graph, operator, 1);
      const [filters = 0, height = 0, width = 0, channels = 0] = concreteShape(weights?.shape) ?? [];
      if (weights?.dtype !== 'int8') return 0;
      if (operator.type === 'CONV_2D') {
        return 4 * height * width * channels + (height * width === 1 ? 10 : 34) * filters;
      }
      return operator.type === 'DEPTHWISE_CONV_2D' ? (4 * height * width + 1) * channels + 1 : 0;
    }),
  );
}
