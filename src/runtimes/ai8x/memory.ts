import type { TensorId } from '../../graph/graph.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import type { HardwareNetwork } from './layers.ts';
import type { Limits } from './limits.ts';
import { dataBytes, type Picture, passesOf } from './pictures.ts';

/** Words of weight memory that each of its processors needs for a layer; what is smaller than a word is packed. */
function weightWords({ filter, shape, input }: HardwareLayer, limits: Limits): number {
  if (filter === undefined) return 0;
  return Math.ceil((passesOf(input.channels, limits) * shape.outputChannels * filter.area) / limits.weightWordBytes);
}

/** Bytes of a layer's weights in the model. */
export const weightBytes = ({ filter, shape, input }: HardwareLayer) =>
  filter === undefined ? 0 : input.channels * shape.outputChannels * filter.area;

/** Bytes of weight memory that all layers take, with what is left over in the words of their processors, but not what an arrangement leaves free between them. */
export function weightMemoryBytes(layers: readonly HardwareLayer[], limits: Limits): number {
  return (
    layers.reduce((sum, layer) => sum + weightWords(layer, limits) * processorsOf(layer, limits), 0) *
    limits.weightWordBytes
  );
}

/** Processors that a layer's input channels are spread over. */
const processorsOf = ({ input: { channels } }: HardwareLayer, limits: Limits): number =>
  Math.min(limits.processors, Math.ceil(channels / passesOf(channels, limits)));

/** Whether all weights fit: surely not, when layers are laid one after the other, or only with a better arrangement than that. */
export function weightFit(layers: readonly HardwareLayer[], limits: Limits): 'fits' | 'unsure' | 'too-much' {
  const filled = new Array<number>(limits.processors).fill(0);
  for (const layer of layers) {
    const words = weightWords(layer, limits);
    const used = processorsOf(layer, limits);
    // The place among the processors where the fullest of those needed is least full; columns start at multiples of four.
    let [best, at] = [Number.POSITIVE_INFINITY, 0];
    for (let start = 0; start + used <= limits.processors; start += limits.processorsPerMemory) {
      const fullest = Math.max(...filled.slice(start, start + used));
      if (fullest < best) [best, at] = [fullest, start];
    }
    filled.fill(4 * Math.ceil(best / 4) + words, at, at + used);
  }
  const all = limits.weightWords * limits.processors * limits.weightWordBytes;
  if (weightMemoryBytes(layers, limits) > all) return 'too-much';
  return Math.max(...filled) > limits.weightWords ? 'unsure' : 'fits';
}

/** The most data memory that results alive at once take, and the layer that runs then. What streams is not stored. */
export function peakData(
  { layers, bufferOf }: Pick<HardwareNetwork, 'layers' | 'bufferOf'>,
  outputs: readonly TensorId[],
  pictureOf: (id: TensorId) => Picture | undefined,
  limits: Limits,
): { readonly bytes: number; readonly layer: number } {
  const last = new Map<TensorId, number>();
  const first = new Map<TensorId, number>();
  layers.forEach(({ inputs, output, shape }, position) => {
    for (const id of inputs) {
      last.set(id, position);
      if (!first.has(id)) first.set(id, shape.streaming ? Number.POSITIVE_INFINITY : 0);
    }
    first.set(output, layers[position + 1]?.shape.streaming === true ? Number.POSITIVE_INFINITY : position);
  });
  for (const id of outputs) last.set(bufferOf(id), layers.length);
  const sizes = new Map([...first.keys()].map((id) => [id, dataBytes(pictureOf(id) ?? none, limits).all]));
  const alive = layers.map((_, position) =>
    [...sizes].reduce(
      (sum, [id, bytes]) =>
        sum + ((first.get(id) ?? 0) <= position && position <= (last.get(id) ?? position) ? bytes : 0),
      0,
    ),
  );
  const bytes = Math.max(0, ...alive);
  return { bytes, layer: alive.indexOf(bytes) };
}

const none: Picture = { rows: 0, columns: 0, channels: 0 };
