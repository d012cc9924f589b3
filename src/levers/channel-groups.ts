import { concreteShape, isConstant, tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { capturedNames } from '../graph/traversal.ts';
import type { ChannelFlow, Channels, Purpose } from './channel-flow.ts';
import { followOperator } from './channel-rules.ts';
import { type WeightedLayer, weightedLayers } from './layer-weights.ts';

/** Which channels of a graph hang together. */
export interface ChannelGroups {
  readonly count: number;
  /** Activations, and constants that hold something per channel. Tensors that are not followed are absent. */
  readonly ofTensor: ReadonlyMap<TensorId, Channels>;
  /** Constants that are added to channels, and so are scaled with them. */
  readonly added: ReadonlySet<TensorId>;
  /** 1 for groups that must stay as they are. */
  readonly isFixed: Uint8Array;
  readonly layers: readonly WeightedLayer[];
}

/**
 * Follows channels through a float graph of either dialect, from the layers that make them to the layers that take them in.
 * What cannot be followed is fixed: graph inputs and outputs, operators without a rule, what nested graphs and variables use, constants shared with something else.
 *
 *     Conv a ── Relu ──┬── depthwise ── Conv b ──┐         groups of `removal`: {a, depthwise}, {b, …}
 *                      │                        Add         channels of a and b are one group each: the sum ties them
 *                      └─────────────────────────┘
 */
export function channelGroups(graph: Graph, purpose: Purpose): ChannelGroups {
  const parents: number[] = [];
  const fixed = new Set<number>();
  const ofTensor = new Map<TensorId, Channels>();
  const added = new Set<TensorId>();
  const layers = weightedLayers(graph);
  const layerAt = new Map(layers.map((layer) => [layer.index, layer]));

  const rootOf = (group: number): number => {
    let root = group;
    while (parents[root] !== root) root = parents[root] as number;
    let at = group;
    while (parents[at] !== root) [parents[at], at] = [root, parents[at] as number];
    return root;
  };
  const fresh = (count: number): Int32Array =>
    Int32Array.from({ length: count }, () => parents.push(parents.length) - 1);
  const unite = (a: Int32Array, b: Int32Array): void => {
    if (a.length !== b.length) throw new RangeError(`${a.length} channels cannot be united with ${b.length}`);
    for (let index = 0; index < a.length; index += 1) {
      const [one, other] = [rootOf(a[index] as number), rootOf(b[index] as number)];
      parents[Math.max(one, other)] = Math.min(one, other);
    }
  };
  const fixGroups = (groups: Iterable<number>): void => {
    for (const group of groups) fixed.add(group);
  };
  const fix = (id: TensorId | null | undefined): void =>
    fixGroups((id === null || id === undefined ? undefined : ofTensor.get(id)?.groups) ?? []);
  const set = (id: TensorId, channels: Channels): void => {
    const shape = tensorAt(graph, id).shape;
    if (shape?.[channels.axis] !== channels.groups.length) {
      fixGroups(channels.groups);
    } else ofTensor.set(id, channels);
  };
  const attach = (id: TensorId, channels: Channels, isAdded: boolean): void => {
    const known = ofTensor.get(id);
    const isOther = known !== undefined && (known.axis !== channels.axis || added.has(id) !== isAdded);
    const isFollowed = concreteShape(tensorAt(graph, id).shape)?.[channels.axis] === channels.groups.length;
    if (isOther || !isFollowed) {
      fixGroups([...channels.groups, ...(known?.groups ?? [])]);
      return;
    }
    if (known === undefined) ofTensor.set(id, channels);
    else unite(known.groups, channels.groups);
    if (isAdded) added.add(id);
  };
  const flow: ChannelFlow = {
    graph,
    purpose,
    get: (id) => (id === null || id === undefined ? undefined : ofTensor.get(id)),
    set,
    fresh,
    unite,
    fix,
    fixGroups,
    attach,
  };

  const uses = constantUses(graph);
  const captured = new Set<string>();
  graph.operators.forEach((operator, index) => {
    for (const name of capturedNames(operator)) captured.add(name);
    const layer = layerAt.get(index);
    const isOwn =
      layer !== undefined && [layer.weights, layer.bias].every((id) => id === undefined || uses.get(id) === 1);
    const isFollowed = isOwn ? followLayer(flow, layer) : layer === undefined && followOperator(flow, operator);
    if (!isFollowed) for (const id of operator.inputs) fix(id);
  });
  // What several operators read as different things is seen only now.
  for (const [id, channels] of ofTensor) {
    const tensor = tensorAt(graph, id);
    const isVisible = graph.outputs.includes(id) || graph.inputs.includes(id) || captured.has(tensor.name);
    const isShared = isConstant(tensor) && uses.get(id) !== 1;
    if (isVisible || tensor.variable === true || isShared) fixGroups(channels.groups);
  }

  const numbers = new Map<number, number>();
  parents.forEach((_, group) => {
    const root = rootOf(group);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
  });
  const numberOf = (group: number): number => numbers.get(rootOf(group)) as number;
  const isFixed = new Uint8Array(numbers.size);
  for (const group of fixed) isFixed[numberOf(group)] = 1;
  return {
    count: numbers.size,
    ofTensor: new Map([...ofTensor].map(([id, { axis, groups }]) => [id, { axis, groups: groups.map(numberOf) }])),
    added,
    isFixed,
    layers,
  };
}

/** How many operator inputs each constant is. */
function constantUses(graph: Graph): ReadonlyMap<TensorId, number> {
  const uses = new Map<TensorId, number>();
  for (const { inputs } of graph.operators) {
    for (const id of inputs) if (id !== null) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  return uses;
}

/** The groups of a layer's input channels; a dense layer of TensorFlow Lite may flatten `[…, channels]`. `undefined` where they are not followed. */
export function layerInputGroups(
  groups: Pick<ChannelGroups, 'ofTensor'>,
  layer: WeightedLayer,
): Int32Array | undefined {
  const channels = groups.ofTensor.get(layer.input);
  return channels === undefined ? undefined : asLayerInput(channels, layer);
}

function asLayerInput(channels: Channels, layer: WeightedLayer): Int32Array | undefined {
  const { axis, groups } = channels;
  if (axis !== layer.inputChannelAxis || layer.inputChannels % groups.length !== 0) return undefined;
  const repeats = layer.inputChannels / groups.length;
  if (repeats > 1 && layer.kind !== 'dense') return undefined;
  return Int32Array.from({ length: layer.inputChannels }, (_, channel) => groups[channel % groups.length] as number);
}

/** New groups for what a layer computes; its input's channels are cut or scaled through the weights. */
function followLayer(flow: ChannelFlow, layer: WeightedLayer): boolean {
  const { outputChannels, inputChannels, groups: parts, kind } = layer;
  const given = flow.get(layer.input);
  const input = given === undefined ? undefined : asLayerInput(given, layer);
  const isRemoval = flow.purpose === 'removal';
  const made = flow.fresh(outputChannels);
  if (input === undefined) flow.fix(layer.input);
  if (isRemoval && kind === 'depthwise') {
    const perInput = outputChannels / inputChannels;
    const follows = input ?? fixedGroups(flow, inputChannels);
    flow.unite(
      made,
      made.map((_, channel) => follows[Math.floor(channel / perInput)] as number),
    );
  } else if (isRemoval && parts > 1) {
    // The same places in every part go together, so that the parts stay alike.
    const alike = (all: Int32Array) =>
      flow.unite(
        all,
        all.map((_, channel) => all[channel % (all.length / parts)] as number),
      );
    alike(made);
    if (input !== undefined) alike(input);
  }
  flow.set(layer.output, { axis: layer.outputChannelAxis, groups: made });
  const isHomogeneous = /^(NONE|RELU)$/.test(layer.activation);
  if (!isRemoval && (!isHomogeneous || (layer.biasPosition === undefined && layer.bias !== undefined)))
    flow.fix(layer.output);
  return true;
}

/** Groups that must stay: those of an input that is not followed. */
function fixedGroups(flow: ChannelFlow, count: number): Int32Array {
  const groups = flow.fresh(count);
  flow.fixGroups(groups);
  return groups;
}
