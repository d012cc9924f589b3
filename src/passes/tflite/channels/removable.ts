import { isConstant } from '../../../graph/access.ts';
import type { Graph, TensorId } from '../../../graph/graph.ts';
import type { ConstantChannels } from './constants.ts';
import { channelsOf, type Layer } from './layer.ts';

/** By tensor, 1 for each channel that can be cut; tensors that keep all of theirs are absent. */
export type Removable = ReadonlyMap<TensorId, Uint8Array>;

/**
 * The most channels that can be cut together. A channel can be when everything that reads it either has no weight on it, or knows its
 * constant and can add it up beforehand, or is cut along with it; starting from all channels, those that break this are taken back until none does.
 */
export function removableChannels(
  graph: Graph,
  layers: readonly Layer[],
  constants: ReadonlyMap<TensorId, ConstantChannels>,
  callers: ReadonlySet<TensorId>,
): Removable {
  const marks = candidates(graph, layers, callers);
  const keep = (tensor: TensorId, channel: number): boolean => {
    const own = marks.get(tensor);
    if (own === undefined || own[channel] !== 1) return false;
    own[channel] = 0;
    return true;
  };
  const isMarked = (tensor: TensorId, channel: number) => marks.get(tensor)?.[channel] === 1;

  const settle = (layer: Layer): boolean => {
    let isChanged = false;
    if (layer.kind === 'mixing') {
      const { areUsed } = layer.between;
      const results = marks.get(layer.output);
      marks.get(layer.input)?.forEach((mark, channel) => {
        if (mark === 0 || isAbsorbed(graph, layer, channel, constants)) return;
        for (let output = 0; output < layer.outputs; output++) {
          if (areUsed[output * layer.inputs + channel] === 0 || results?.[output] === 1) continue;
          isChanged = keep(layer.input, channel) || isChanged;
          break;
        }
      });
      return isChanged;
    }
    for (const [tensor, channelOf, output] of links(layer)) {
      const channels = channelsOf(graph.tensors[output] ?? { name: '', dtype: 'unknown', shape: undefined });
      for (let channel = 0; channel < channels; channel++) {
        const from = channelOf(channel);
        if (from === undefined || isMarked(tensor, from) === isMarked(output, channel)) continue;
        isChanged = keep(tensor, from) || keep(output, channel) || isChanged;
      }
    }
    return isChanged;
  };

  // Whether a channel stays is mostly known from who reads it: one round instead of one for each layer.
  const lastFirst = layers.toReversed();
  for (;;) {
    let isChanged = false;
    for (const layer of lastFirst) isChanged = settle(layer) || isChanged;
    if (isChanged) continue;
    // A tensor keeps at least one channel.
    const emptied = [...marks].find(([, own]) => own.length > 0 && own.every((mark) => mark === 1));
    if (emptied === undefined) return new Map([...marks].filter(([, own]) => own.includes(1)));
    keep(emptied[0], 0);
  }
}

type Link = readonly [tensor: TensorId, channelOf: (output: number) => number | undefined, output: TensorId];

/** Channels that stay or go together. */
function links(layer: Exclude<Layer, { kind: 'mixing' }>): readonly Link[] {
  switch (layer.kind) {
    case 'aligned':
      return layer.inputs.map(({ tensor, channelOf }) => [tensor, channelOf, layer.output]);
    case 'depthwise':
      return [[layer.input, (channel) => Math.floor(channel / (layer.outputs / layer.inputs)), layer.output]];
    case 'opaque':
      return [];
  }
}

/** The channel is a constant that the bias can take in. */
function isAbsorbed(
  graph: Graph,
  layer: Extract<Layer, { kind: 'mixing' }>,
  channel: number,
  constants: ReadonlyMap<TensorId, ConstantChannels>,
): boolean {
  const value = constants.get(layer.input)?.[channel];
  return value !== undefined && (!layer.isPadded || value === graph.tensors[layer.input]?.quantization?.zeroPoint[0]);
}

/** All channels of quantised tensors that only operators of known kinds touch and that callers do not see. */
function candidates(
  graph: Graph,
  layers: readonly Layer[],
  callers: ReadonlySet<TensorId>,
): ReadonlyMap<TensorId, Uint8Array> {
  const produced = new Set<TensorId>();
  const fixed = new Set(callers);
  for (const layer of layers) {
    const { operator } = layer;
    const followed = layer.kind === 'opaque' ? [] : layer.kind === 'aligned' ? layer.inputs : [{ tensor: layer.input }];
    const known = new Set(followed.map(({ tensor }) => tensor));
    // A tensor that is read twice by one operator, or not as its data, stays as it is.
    const touched = [...operator.inputs, ...(operator.intermediates ?? [])];
    const isTwice = (id: TensorId) => touched.filter((other) => other === id).length > 1;
    for (const id of touched) if (id !== null && (!known.has(id) || isTwice(id))) fixed.add(id);
    for (const id of operator.outputs) if (id !== null) (layer.kind === 'opaque' ? fixed : produced).add(id);
  }
  const marks = new Map<TensorId, Uint8Array>();
  for (const id of produced) {
    const tensor = graph.tensors[id];
    if (tensor === undefined || fixed.has(id) || isConstant(tensor) || tensor.variable === true) continue;
    const isQuantized = tensor.dtype === 'int8' || tensor.dtype === 'int16';
    if (!isQuantized || tensor.quantization?.scale.length !== 1) continue;
    marks.set(id, new Uint8Array(channelsOf(tensor)).fill(1));
  }
  return marks;
}
