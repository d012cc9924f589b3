import { inputTensor, outputTensor } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import { integerWeights } from '../quantize/integer-weights.ts';
import { type WeightedLayer, weightPlaces } from './layer-weights.ts';

/** Scales of a layer's int8 weights: one per output channel, or one for all. */
export type Granularity = 'per-channel' | 'per-tensor';

/** Granularity by layer; all layers per channel where it is left out. */
export type GranularityOf = (layer: WeightedLayer) => Granularity;

/** The weights as the quantisers round them, to the nearest integer times the channel's scale: `integerWeights`, back in real values. */
export function nearestOnGrid(layer: WeightedLayer, weights: Float32Array, granularity: Granularity): Float32Array {
  const { output } = weightPlaces(layer);
  const channelOf = granularity === 'per-tensor' ? () => 0 : (index: number) => output[index] as number;
  const channels = granularity === 'per-tensor' ? 1 : layer.outputChannels;
  const { integers, scales } = integerWeights(weights, channels, channelOf);
  return Float32Array.from(integers, (integer, index) => integer * (scales[channelOf(index)] as number));
}

/**
 * What a quantiser decided on for each layer, read from the integer graph that it made: layers of TensorFlow Lite are found by the names of what they compute, which have to be unique.
 * ONNX QDQ has scales per channel.
 */
export function granularityIn(float: Graph, integer: Graph): GranularityOf {
  if (float.dialect === 'onnx') return () => 'per-channel';
  const byName = new Map(integer.operators.map((operator) => [outputTensor(integer, operator)?.name, operator]));
  return (layer) => {
    const operator = byName.get(float.tensors[layer.output]?.name);
    const scales = operator === undefined ? undefined : inputTensor(integer, operator, 1)?.quantization?.scale.length;
    return scales === 1 ? 'per-tensor' : 'per-channel';
  };
}
