import {
  concreteShape,
  elementCount,
  inputTensor,
  intAttribute,
  outputTensor,
  tensorBytes,
} from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { Board } from '../../targets/board.ts';
import type { ExecutedOperator } from './executed-graph.ts';

/** Which of a core's throughputs an operator reaches. */
type WorkKind = 'convolution' | 'depthwise' | 'dense' | 'other';

/**
 * Milliseconds of one operator on an application core, as a roofline: the longer of its arithmetic (multiply-accumulates, or elements where it has none, over what
 * such operators reach per cycle) and its memory traffic, and the launch.
 * The error and what it was measured on are with the core's coefficients. `undefined` for boards whose core has no roofline.
 */
export function operatorMilliseconds(graph: Graph, step: ExecutedOperator, board: Board): number | undefined {
  const { roofline } = board.core;
  if (roofline === undefined) return undefined;
  const macs = operatorMacs(graph, step.operator);
  const kind = workKind(graph, step.operator, macs);
  const perCycle = roofline.macsPerCycle[step.isInteger ? 'int8' : 'float'][kind];
  const work = macs > 0 ? macs : elementsVisited(graph, step.operator);
  const arithmetic = isView(step.operator) ? 0 : work / (perCycle * board.clockHz.value * speedup(board));
  const traffic = isView(step.operator)
    ? 0
    : bytesTouched(graph, step.operator) / (board.memoryBytesPerSecond?.value ?? Number.POSITIVE_INFINITY);
  return Math.max(arithmetic, traffic) * 1e3 + roofline.launchMicroseconds.value / 1e3;
}

/** How much faster all the threads that the board's runtime uses are than one. */
function speedup(board: Board): number {
  const threads = board.runtimes.onnxruntime?.threads?.value ?? 1;
  return board.core.roofline?.threadScaling.find((entry) => entry.threads === threads)?.speedup ?? 1;
}

function workKind(graph: Graph, operator: Operator, macs: number): WorkKind {
  if (macs === 0) return 'other';
  if (!/Conv/.test(operator.type)) return /Gemm|MatMul/.test(operator.type) ? 'dense' : 'other';
  const weights = concreteShape(inputTensor(graph, operator, operator.type === 'QLinearConv' ? 3 : 1)?.shape);
  return intAttribute(operator, 'group', 1) > 1 && weights?.[1] === 1 ? 'depthwise' : 'convolution';
}

/** Gives another shape to the same bytes. */
function isView({ type }: Operator): boolean {
  return /^(Reshape|Flatten|Squeeze|Unsqueeze|Identity|Dropout)$/.test(type);
}

/** What operators without multiply-accumulates go over: their result, or what they reduce. */
function elementsVisited(graph: Graph, operator: Operator): number {
  const sizes = [inputTensor(graph, operator, 0), outputTensor(graph, operator)].map((tensor) =>
    tensor === undefined ? 0 : (elementCount(tensor) ?? 0),
  );
  return Math.max(...sizes);
}

function bytesTouched(graph: Graph, operator: Operator): number {
  return [...operator.inputs, ...operator.outputs].reduce<number>((sum, id) => {
    const tensor = id === null ? undefined : graph.tensors[id];
    return sum + (tensor === undefined ? 0 : (tensorBytes(tensor) ?? 0));
  }, 0);
}
