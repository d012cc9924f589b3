import { formatPercent, formatValue } from '../format.ts';
import type { Layer, Measurement } from '../runtimes/measurement.ts';
import type { LayerPair } from './align-layers.ts';

/** Of the artifact, whose layers these are. */
type Format = Measurement['artifact']['format'];

/** Operators whose second axis is the channels in ONNX. */
const channelsSecond = /conv|pool|batchnorm|instancenorm|groupnorm|prelu|resize|upsample|depthtospace/i;

/**
 * What changed in a layer, in words: `64 → 96 channels`, `output 32×32 → 48×48`, `weights 3×3 → 5×5`, `float32 → int8`, `new layer`, `removed layer`.
 * Where the shapes don't tell, the work or the constants do; `changed` when nothing does.
 */
export function describeLayerChange({ base, head }: LayerPair, format: Format): string {
  if (base === undefined) return head === undefined ? 'changed' : `new layer${outputWords(head)}`;
  if (head === undefined) return 'removed layer';
  const words = [
    ...(base.type === head.type ? [] : [`${base.type} → ${head.type}`]),
    ...typeWords(base, head),
    ...shapeWords(base, head, format),
    ...windowWords(base, head, format),
    ...(base.unit === head.unit ? [] : [`${base.unit} → ${head.unit}`]),
  ];
  if (words.length === 0) words.push(...weightWords(base, head));
  if (words.length === 0) words.push(...workWords(base, head));
  return words.length === 0 ? 'changed' : words.join(', ');
}

function outputWords(layer: Layer): string {
  return layer.outputShape === undefined || layer.outputShape.length === 0
    ? ''
    : `, output ${layer.outputShape.join('×')}`;
}

function typeWords(base: Layer, head: Layer): readonly string[] {
  const differ = base.outputType !== undefined && head.outputType !== undefined && base.outputType !== head.outputType;
  return differ ? [`${base.outputType} → ${head.outputType}`] : [];
}

function shapeWords(base: Layer, head: Layer, format: Format): readonly string[] {
  const before = base.outputShape;
  const after = head.outputShape;
  if (before === undefined || after === undefined || before.join() === after.join()) return [];
  if (before.length !== after.length) return [`output ${before.join('×')} → ${after.join('×')}`];
  const differing = before.flatMap((extent, axis) => (extent === after[axis] ? [] : [axis]));
  const channels = channelAxis(head, after.length, format);
  if (channels !== undefined && differing.length === 1 && differing[0] === channels) {
    return [`${before[channels]} → ${after[channels]} ${after.length > 2 ? 'channels' : 'outputs'}`];
  }
  if (channels !== undefined && after.length === 4 && !differing.includes(0) && !differing.includes(channels)) {
    const spatial = (shape: readonly (number | string)[]) =>
      shape.filter((_, axis) => axis !== 0 && axis !== channels).join('×');
    return [`output ${spatial(before)} → ${spatial(after)}`];
  }
  return [`output ${before.join('×')} → ${after.join('×')}`];
}

/** The axis that holds channels, where that can be told: last in TensorFlow Lite, second in ONNX for images and for what convolves or pools. */
function channelAxis(layer: Layer, rank: number, format: Format): number | undefined {
  if (rank < 2) return undefined;
  if (format === 'tflite' || rank === 2) return rank - 1;
  return rank === 4 || channelsSecond.test(layer.type) ? 1 : undefined;
}

/** Height and width of a convolution's weights; how many channels they have follows from the neighbours. */
function windowWords(base: Layer, head: Layer, format: Format): readonly string[] {
  const [before, after] = [base, head].map(({ weightShape }) =>
    weightShape?.length === 4
      ? (format === 'tflite' ? weightShape.slice(1, 3) : weightShape.slice(2)).join('×')
      : undefined,
  );
  return before === undefined || after === undefined || before === after ? [] : [`weights ${before} → ${after}`];
}

function weightWords(base: Layer, head: Layer): readonly string[] {
  const before = base.weightShape;
  const after = head.weightShape;
  if (before === undefined || after === undefined || before.join() === after.join()) return [];
  return [`weights ${before.join('×')} → ${after.join('×')}`];
}

/** What is left to say when the shapes are the same: the work, the constants, or the time. */
function workWords(base: Layer, head: Layer): readonly string[] {
  if (base.macs !== head.macs) return [`${formatValue(base.macs, 'count')} → ${formatValue(head.macs, 'count')} MACs`];
  if (base.flash !== head.flash) return [`constants ${formatValue(base.flash, 'B')} → ${formatValue(head.flash, 'B')}`];
  const before = base.latency ?? 0;
  const after = head.latency ?? 0;
  if (before === after || before === 0) return [];
  return [`same shape, ${formatPercent(after / before - 1)} ${after > before ? 'slower' : 'faster'}`];
}
