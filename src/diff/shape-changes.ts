import type { Dialect, Shape, Tensor } from '../graph/graph.ts';
import type { Node } from './graph-view.ts';
import { shapeWords } from './tensor-words.ts';

/** Operators whose second axis is the channels in ONNX. */
const channelsSecond = /conv|pool|batchnorm|instancenorm|groupnorm|prelu|resize|upsample|depthtospace/i;

/** How the first output's shape changed: `64 → 96 channels`, `output 32×32 → 48×48`; `undefined` when it did not, or is not known. */
export function outputChange(base: Node, head: Node, dialect: Dialect): string | undefined {
  const before = firstOutput(base)?.shape;
  const after = firstOutput(head)?.shape;
  if (before === undefined || after === undefined || isSameAsFarAsKnown(before, after)) return undefined;
  const whole = `output ${shapeWords(before)} → ${shapeWords(after)}`;
  if (before.length !== after.length) return whole;
  const differing = before.flatMap((extent, axis) => (extent === after[axis] ? [] : [axis]));
  const channels = channelAxis(head.operator.type, after.length, dialect);
  if (channels === undefined) return whole;
  if (differing.length === 1 && differing[0] === channels) {
    return `${before[channels]} → ${after[channels]} ${after.length > 2 ? 'channels' : 'outputs'}`;
  }
  if (after.length !== 4 || differing.includes(0) || differing.includes(channels)) return whole;
  const spatial = (shape: Shape) => shape.filter((_, axis) => axis !== 0 && axis !== channels).join('×');
  return `output ${spatial(before)} → ${spatial(after)}`;
}

/** True where no extent that both sides know differs. */
function isSameAsFarAsKnown(before: Shape, after: Shape): boolean {
  return (
    before.length === after.length &&
    before.every((extent, axis) => extent === after[axis] || extent === '?' || after[axis] === '?')
  );
}

/** How many channels an operator with weights gives on both sides, where these differ. */
export function channelsChange(base: Node, head: Node, dialect: Dialect): readonly [number, number] | undefined {
  if (base.weights.size === 0 || head.weights.size === 0) return undefined;
  const [before, after] = [firstOutput(base)?.shape, firstOutput(head)?.shape];
  if (before === undefined || after === undefined || before.length !== after.length) return undefined;
  const axis = channelAxis(head.operator.type, after.length, dialect) ?? after.length - 1;
  const [from, to] = [before[axis], after[axis]];
  return typeof from === 'number' && typeof to === 'number' && from !== to ? [from, to] : undefined;
}

/** How the shape of the largest weights changed: `weights 3×3 → 5×5` of convolutions, whose other extents follow from the neighbours. */
export function weightShapeChange(base: Node, head: Node, dialect: Dialect): string | undefined {
  const [before, after] = [largestWeights(base)?.shape, largestWeights(head)?.shape];
  if (before === undefined || after === undefined || before.join() === after.join()) return undefined;
  if (before.length === 4 && after.length === 4 && /conv/i.test(head.operator.type)) {
    const window = (shape: Shape) => (dialect === 'tflite' ? shape.slice(1, 3) : shape.slice(2)).join('×');
    if (window(before) !== window(after)) return `weights ${window(before)} → ${window(after)}`;
  }
  return `weights ${shapeWords(before)} → ${shapeWords(after)}`;
}

/** The first output that somebody asks for. */
export function firstOutput({ outputs }: Node): Tensor | undefined {
  return outputs.find((output) => output !== null) ?? undefined;
}

/** The weights with most bytes. */
export function largestWeights({ weights }: Node): Tensor | undefined {
  return [...weights.values()].reduce<Tensor | undefined>(
    (largest, tensor) => ((tensor.data?.byteLength ?? 0) > (largest?.data?.byteLength ?? -1) ? tensor : largest),
    undefined,
  );
}

/** The axis that holds channels, where that can be told: last in TensorFlow Lite, second in ONNX for images and for what convolves or pools. */
function channelAxis(type: string, rank: number, dialect: Dialect): number | undefined {
  if (rank < 2) return undefined;
  if (dialect === 'tflite' || rank === 2) return rank - 1;
  return rank === 4 || channelsSecond.test(type) ? 1 : undefined;
}
