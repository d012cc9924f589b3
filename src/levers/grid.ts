import { inputTensor, outputTensor } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import { integerWeights, oneChannel, type WeightChannels } from '../quantize/integer-weights.ts';
import { type WeightedLayer, weightPlaces } from './layer-weights.ts';

/** Scales of a layer's int8 weights: one per output channel, or one for all. */
export type Granularity = 'per-channel' | 'per-tensor';

/** Granularity by layer; all layers per channel where it is left out. */
export type GranularityOf = (layer: WeightedLayer) => Granularity;

/** The weights as the quantisers round them, to the nearest integer times the channel's scale: `integerWeights`, back in real values. */
export function nearestOnGrid(layer: WeightedLayer, weights: Float32Array, granularity: Granularity): Float32Array {
  const channels = scaledChannels(layer, granularity);
  const { integers, scales } = integerWeights(weights, channels);
  const result = new Float32Array(weights.length);
  for (let index = 0; index < result.length; index += 1)
    result[index] = (integers[index] as number) * (scales[channels.channelOf(index)] as number);
  return result;
}

/** The channels of a layer's weights that have a scale each. */
export function scaledChannels(layer: WeightedLayer, granularity: Granularity): WeightChannels {
  if (granularity === 'per-tensor') return oneChannel;
  const { output } = weightPlaces(layer);
  return { count: layer.outputChannels, channelOf: (index) => output[index] as number, runLength: 1 };
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
