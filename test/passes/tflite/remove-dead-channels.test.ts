import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../../../src/graph/graph.ts';
import { graphMacs } from '../../../src/graph/macs.ts';
import { removeDeadChannels } from '../../../src/passes/tflite/remove-dead-channels.ts';
import { convolutionOptions, type Network, network } from './network.ts';
import { differences } from './same-outputs.ts';

/** Weights with a scale for each output channel, all zero for the channels `dead`. */
interface Weights {
  readonly values: readonly number[];
  readonly dead: readonly number[];
}

const widths = (graph: Graph) =>
  graph.tensors.filter(({ data }) => data === undefined).map(({ shape }) => shape?.at(-1));

function bias(net: Network, values: readonly number[]): TensorId {
  const scale = values.map(() => Math.fround(0.0005));
  const quantization = { scale, zeroPoint: values.map(() => 0), axis: 0 };
  return net.constant('int32', [values.length], values, { quantization });
}

function weights(net: Network, shape: readonly number[], axis: number, { values, dead }: Weights): TensorId {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const channels = shape[axis] ?? 0;
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const content = Array.from({ length: count }, (_, index) => {
    const channel = Math.floor(index / inner) % channels;
    return dead.includes(channel) ? 0 : (((values[index % values.length] ?? 0) + index) % 127) | 1;
  });
  const quantization = {
    scale: Array.from({ length: channels }, (_, channel) => Math.fround(0.01 + channel / 1000)),
    zeroPoint: new Array<number>(channels).fill(0),
    axis,
  };
  return net.constant('int8', shape, content, { quantization });
}

const plain: Weights = { values: [3, -50, 21, 90, -7], dead: [] };

/** input [1, 4, 4, 3] → CONV_2D 1x1, 8 channels, some dead → DEPTHWISE 3x3 → CONV_2D 1x1 → output of 4 channels */
function chain(
  dead: readonly number[],
  biases: readonly number[],
  options: { readonly padding?: 'SAME' | 'VALID'; readonly fused?: string; readonly hasBias?: boolean } = {},
): Graph {
  const { padding = 'VALID', fused = 'NONE', hasBias = true } = options;
  const net = network();
  const input = net.input([1, 4, 4, 3]);
  const spread = weights(net, [8, 1, 1, 3], 0, { ...plain, dead });
  const a = net.layer('CONV_2D', [input, spread, bias(net, biases)], [1, 4, 4, 8], {
    ...convolutionOptions,
    fused_activation_function: fused,
  });
  const side = padding === 'SAME' ? 4 : 2;
  const window = weights(net, [1, 3, 3, 8], 3, plain);
  const b = net.layer('DEPTHWISE_CONV_2D', [a, window, bias(net, biases)], [1, side, side, 8], {
    ...convolutionOptions,
    padding,
    depth_multiplier: 1,
  });
  const gather = weights(net, [4, 1, 1, 8], 0, plain);
  const last = hasBias ? bias(net, [7, -9, 100, 0]) : null;
  const c = net.layer('CONV_2D', [b, gather, last], [1, side, side, 4], convolutionOptions);
  return net.graph([input], [c]);
}

const eight = [5, -300, 1200, 0, 40, 77, -2000, 9];

describe('removeDeadChannels', () => {
  it('cuts constant channels through a depthwise layer into the next bias', () => {
    const graph = chain([1, 2, 6], eight);
    const smaller = removeDeadChannels(graph);
    expect(widths(smaller)).toEqual([3, 5, 5, 4]);
    expect(graphMacs(smaller)).toBeLessThan(graphMacs(graph));
    expect(differences(graph, smaller, 20)).toBe(0);
  });

  it('gives a layer without a bias one when constants add to it', () => {
    const graph = chain([1, 2, 6], eight, { hasBias: false });
    const smaller = removeDeadChannels(graph);
    expect(smaller.operators.at(-1)?.inputs[2]).toEqual(expect.any(Number));
    expect(differences(graph, smaller, 20)).toBe(0);
  });

  it('under padding only cuts what is the zero point', () => {
    // Channels 1 and 6 have a negative bias, which RELU turns into the zero point; channel 2 stays above it.
    const graph = chain([1, 2, 6], eight, { padding: 'SAME', fused: 'RELU' });
    const smaller = removeDeadChannels(graph);
    expect(widths(smaller)).toEqual([3, 6, 6, 4]);
    expect(differences(graph, smaller, 20)).toBe(0);
  });

  it('under the padding of a convolution too', () => {
    const net = network();
    const input = net.input([1, 3, 3, 3]);
    const spread = weights(net, [4, 1, 1, 3], 0, { ...plain, dead: [0, 3] });
    // Channel 0 becomes the zero point, channel 3 something above.
    const a = net.layer('CONV_2D', [input, spread, bias(net, [-50, 3, 4, 600])], [1, 3, 3, 4], {
      ...convolutionOptions,
      fused_activation_function: 'RELU',
    });
    const window = weights(net, [2, 3, 3, 4], 0, { values: [1, -2, 3], dead: [] });
    const b = net.layer('CONV_2D', [a, window, bias(net, [8, -9])], [1, 3, 3, 2], {
      ...convolutionOptions,
      padding: 'SAME',
    });
    const graph = net.graph([input], [b]);
    const smaller = removeDeadChannels(graph);
    expect(widths(smaller)).toEqual([3, 3, 2]);
    expect(differences(graph, smaller, 20)).toBe(0);
  });

  it('keeps one channel of a tensor that is constant altogether', () => {
    const graph = chain([0, 1, 2, 3, 4, 5, 6, 7], eight);
    const smaller = removeDeadChannels(graph);
    expect(widths(smaller)).toEqual([3, 1, 1, 4]);
    expect(differences(graph, smaller, 5)).toBe(0);
  });

  it('finds nothing in a network without dead channels', () => {
    const graph = chain([], eight);
    expect(removeDeadChannels(graph)).toBe(graph);
  });

  it('cuts what nothing has a weight on, back to its source', () => {
    const net = network();
    const input = net.input([1, 2, 2, 3]);
    const a = net.layer(
      'CONV_2D',
      [input, weights(net, [6, 1, 1, 3], 0, plain), bias(net, [1, 2, 3, 4, 5, 6])],
      [1, 2, 2, 6],
      convolutionOptions,
    );
    const flat = net.layer('RESHAPE', [a, net.constant('int32', [2], [1, 24])], [1, 24], { new_shape: [1, 24] });
    // Channels 2 and 5 of all four places.
    const unread = Array.from({ length: 48 }, (_, index) => ([2, 5].includes(index % 6) ? 0 : (index % 50) + 1));
    const dense = net.constant('int8', [2, 24], unread, {
      quantization: { scale: [Math.fround(0.02)], zeroPoint: [0], axis: 0 },
    });
    const output = net.layer('FULLY_CONNECTED', [flat, dense, bias(net, [3, 4])], [1, 2], {});
    const graph = net.graph([input], [output]);
    const smaller = removeDeadChannels(graph);
    expect(widths(smaller)).toEqual([3, 4, 16, 2]);
    expect(differences(graph, smaller, 20)).toBe(0);
  });

  it('leaves what a caller, or an operator of unknown kind, sees', () => {
    const graph = chain([1, 2, 6], eight);
    const middle = graph.operators[1]?.outputs[0] ?? 0;
    expect(removeDeadChannels({ ...graph, outputs: [...graph.outputs, middle] })).toEqual({
      ...graph,
      outputs: [...graph.outputs, middle],
    });
    const watched = {
      ...graph,
      operators: [
        ...graph.operators,
        { name: '', type: 'x', domain: 'custom', version: 1, inputs: [middle], outputs: [], attributes: {} },
      ],
    };
    expect(removeDeadChannels(watched)).toBe(watched);
  });

  it('drops a memory plan that is not for the new tensors', () => {
    const planned = {
      ...chain([1, 2, 6], eight),
      extras: { metadata: [{ name: 'OfflineMemoryAllocation', data: new Uint8Array(12) }] },
    };
    expect(removeDeadChannels(planned).extras).toEqual({});
  });

  it('keeps every output bit of random networks with branches', () => {
    const network = fc.record({
      dead: fc.array(fc.array(fc.nat(5), { maxLength: 6 }), { minLength: 4, maxLength: 4 }),
      biases: fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: 6, maxLength: 6 }),
      values: fc.array(fc.integer({ min: -120, max: 120 }), { minLength: 3, maxLength: 9 }),
      join: fc.constantFrom('ADD', 'MUL', 'CONCATENATION'),
      activation: fc.constantFrom('RELU', 'LOGISTIC', 'NONE'),
      padding: fc.constantFrom('SAME', 'VALID'),
      pool: fc.constantFrom('AVERAGE_POOL_2D', 'MAX_POOL_2D'),
      seed: fc.nat(1000),
    });
    let cut = 0;
    fc.assert(
      fc.property(network, (choice) => {
        const graph = branches(choice);
        const smaller = removeDeadChannels(graph);
        if (smaller !== graph) cut++;
        expect(differences(graph, smaller, 2, choice.seed)).toBe(0);
      }),
      { numRuns: 150 },
    );
    expect(cut).toBeGreaterThan(20);
  });
});

interface Choice {
  readonly dead: readonly (readonly number[])[];
  readonly biases: readonly number[];
  readonly values: readonly number[];
  readonly join: string;
  readonly activation: string;
  readonly padding: string;
  readonly pool: string;
}

/** input → two convolutions → (activation) → joined → depthwise → pooled → flattened → dense */
function branches({ dead, biases, values, join, activation, padding, pool }: Choice): Graph {
  const net = network();
  const input = net.input([1, 4, 4, 3]);
  const branch = (index: number, fused: string) =>
    net.layer(
      'CONV_2D',
      [input, weights(net, [6, 1, 1, 3], 0, { values, dead: dead[index] ?? [] }), bias(net, biases)],
      [1, 4, 4, 6],
      { ...convolutionOptions, fused_activation_function: fused },
    );
  const one = branch(0, 'RELU');
  const plainOther = branch(1, 'NONE');
  const other =
    activation === 'NONE'
      ? plainOther
      : net.layer(activation, [plainOther], [1, 4, 4, 6], {}, activation === 'LOGISTIC' ? unit : {});
  const isConcatenated = join === 'CONCATENATION';
  const joins = isConcatenated ? [one, plainOther] : [one, other];
  const width = isConcatenated ? 12 : 6;
  const joined = net.layer(join, joins, [1, 4, 4, width], {
    fused_activation_function: 'NONE',
    ...(isConcatenated ? { axis: 3 } : {}),
  });
  const side = padding === 'SAME' ? 4 : 2;
  const wide = Array.from({ length: width }, (_, index) => biases[index % 6] ?? 0);
  const window = net.layer(
    'DEPTHWISE_CONV_2D',
    [joined, weights(net, [1, 3, 3, width], 3, { values, dead: dead[2] ?? [] }), bias(net, wide)],
    [1, side, side, width],
    { ...convolutionOptions, padding, depth_multiplier: 1 },
  );
  const pooled = net.layer(pool, [window], [1, side / 2, side / 2, width], {
    padding: 'VALID',
    stride_h: 2,
    stride_w: 2,
    filter_height: 2,
    filter_width: 2,
    fused_activation_function: 'NONE',
  });
  const length = (side / 2) ** 2 * width;
  const flat = net.layer('RESHAPE', [pooled, net.constant('int32', [2], [-1, length])], [1, length]);
  const dense = weights(net, [3, length], 0, { values, dead: dead[3] ?? [] });
  const output = net.layer('FULLY_CONNECTED', [flat, dense, bias(net, [1, 2, 3])], [1, 3], {});
  return net.graph([input], [output, ...(dead[0]?.length === 3 ? [other] : [])]);
}

const unit = { quantization: { scale: [1 / 256], zeroPoint: [-128], axis: 0 } };
