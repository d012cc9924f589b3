import { concreteShape, inputTensor, intAttribute, isConstant, stringAttribute, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import type { Extent, LayerShape } from './cycles.ts';
import type { Limits } from './limits.ts';
import { type Picture, passesOf, pictureOf } from './pictures.ts';

/** What the accelerator runs at once. */
export interface HardwareLayer {
  /** Indices of its operators, in order. */
  readonly operators: readonly number[];
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
  readonly input: Picture;
  readonly shape: LayerShape;
  /** Numbers of a filter for one input channel, and whether outputs have a bias; `undefined` without weights. */
  readonly filter: { readonly area: number; readonly hasBias: boolean } | undefined;
}

/** Why the accelerator can't run an operator, and what to do about it. */
export interface Refusal {
  readonly operator: number;
  readonly message: string;
}

/** A network as layers of the accelerator. */
export interface HardwareNetwork {
  readonly layers: readonly HardwareLayer[];
  readonly refusals: readonly Refusal[];
  /** Operators that the CPU runs before or after the network. */
  readonly software: ReadonlySet<number>;
  /** The tensor whose bytes another one has, itself where it has its own. */
  readonly bufferOf: (id: TensorId) => TensorId;
}

const views = /^(RESHAPE|SQUEEZE|EXPAND_DIMS|RELU)$/;
const ends = /^(QUANTIZE|DEQUANTIZE|SOFTMAX)$/;
const whole: Extent = [1, 1];

/** The layers that a network becomes: pooling and element-wise sums join the convolution that alone reads them, activations the layer before them. */
export function hardwareNetwork(graph: Graph, limits: Limits): HardwareNetwork {
  const refusals: Refusal[] = [];
  const layers: HardwareLayer[] = [];
  const software = new Set<number>();
  const buffers = new Map<TensorId, TensorId>();
  const bufferOf = (id: TensorId) => buffers.get(id) ?? id;
  /** Operations that wait for the convolution behind them, by what they make. */
  const waiting = new Map<TensorId, HardwareLayer>();
  const readers = new Map<TensorId, Operator[]>();
  for (const operator of graph.operators) {
    for (const id of operator.inputs) if (id !== null) readers.set(id, [...(readers.get(id) ?? []), operator]);
  }

  graph.operators.forEach((operator, index) => {
    const [input, output] = [operator.inputs[0] ?? undefined, operator.outputs[0] ?? undefined];
    if (input === undefined || output === undefined) return;
    const refuse = (message: string) => refusals.push({ operator: index, message });
    if (views.test(operator.type)) {
      buffers.set(output, bufferOf(input));
      return;
    }
    if (ends.test(operator.type)) {
      const isFirst = operator.type === 'QUANTIZE' && graph.inputs.includes(bufferOf(input));
      if (operator.type === 'QUANTIZE' && !isFirst)
        refuse('rescales between layers, which only shift; let both sides have one scale');
      else if (!isFirst && (readers.get(output) ?? []).some(({ type }) => !ends.test(type))) {
        refuse('runs in software, which is there only before and after the network; move it to the end');
      } else software.add(index);
      return;
    }
    const activation = stringAttribute(operator, 'fused_activation_function', 'NONE');
    if (activation !== 'NONE' && activation !== 'RELU')
      refuse(`has the activation ${activation.slice(0, 40)}; ReLU alone is there`);
    const made = layerOf(graph, operator, index, limits, bufferOf);
    if ('refusal' in made) {
      refuse(made.refusal);
      return;
    }
    const before = waiting.get(made.inputs[0] ?? -1);
    const joins = before !== undefined && made.filter !== undefined && !made.shape.flatten;
    if (before !== undefined) {
      waiting.delete(before.output);
      if (!joins) layers.push(before);
    }
    const layer = joins ? joined(before, made) : made;
    const next = readersOf(output, readers);
    const waits =
      made.filter === undefined && next.length === 1 && /^(CONV_2D|FULLY_CONNECTED)$/.test(next[0]?.type ?? '');
    if (waits && !graph.outputs.includes(output)) waiting.set(output, layer);
    else layers.push(layer);
  });
  layers.push(...waiting.values());
  return { layers, refusals, software, bufferOf };
}

/** Who reads a tensor, or what only gives it another shape. */
function readersOf(id: TensorId, readers: ReadonlyMap<TensorId, readonly Operator[]>): readonly Operator[] {
  return (readers.get(id) ?? []).flatMap((reader) => {
    const made = reader.outputs[0];
    return views.test(reader.type) && made != null ? readersOf(made, readers) : [reader];
  });
}

function joined(before: HardwareLayer, { operators, output, shape, filter }: HardwareLayer): HardwareLayer {
  const { pool, operands } = before.shape;
  return {
    operators: [...before.operators, ...operators],
    inputs: before.inputs,
    output,
    input: before.input,
    shape: { ...shape, pool, operands },
    filter,
  };
}

type Made = HardwareLayer | { readonly refusal: string };

function layerOf(
  graph: Graph,
  operator: Operator,
  index: number,
  limits: Limits,
  bufferOf: (id: TensorId) => TensorId,
): Made {
  const data = operator.inputs.filter((id): id is TensorId => id !== null && !isConstant(tensorAt(graph, id)));
  const first = data[0];
  const output = operator.outputs[0] ?? undefined;
  const [shown, to] = [pictureOf(graph, first), pictureOf(graph, output)];
  if (first === undefined || output === undefined || shown === undefined || to === undefined) {
    return { refusal: 'has data that are no picture of batch 1 with known extents' };
  }
  const from = operator.type === 'FULLY_CONNECTED' ? (pictureOf(graph, bufferOf(first)) ?? shown) : shown;
  const extents = [from, to].flatMap(({ rows, columns }) => [rows, columns]);
  if (extents.some((extent) => extent > limits.extent))
    return { refusal: `has more than ${limits.extent} rows or columns` };
  const common = {
    operators: [index],
    inputs: data.map(bufferOf),
    output,
    input: from,
  };
  const shape = {
    pool: whole,
    pooled: [from.rows, from.columns] as Extent,
    outputChannels: to.channels,
    passes: passesOf(from.channels, limits),
    operands: 1,
    flatten: false,
    streaming: false,
  };
  const made = (own: Partial<LayerShape>, area?: number): HardwareLayer => ({
    ...common,
    shape: { ...shape, ...own },
    filter: area === undefined ? undefined : { area, hasBias: (operator.inputs[2] ?? null) !== null },
  });
  switch (operator.type) {
    case 'CONV_2D':
    case 'TRANSPOSE_CONV':
      return convolution(graph, operator, from, to, limits, made);
    case 'FULLY_CONNECTED': {
      const positions = from.rows * from.columns;
      if (to.channels > limits.channels)
        return { refusal: `has ${to.channels} outputs; ${limits.channels} are the most` };
      if (positions === 1)
        return tooWide(from, limits) ?? made({ convolution: { kernel: whole, padding: [0, 0], columns: 1 } }, 1);
      if (positions > limits.flatten.positions || positions * from.channels > limits.flatten.elements) {
        return {
          refusal: `reads ${from.rows}×${from.columns}×${from.channels} numbers as one vector; ${limits.flatten.positions} positions and ${limits.flatten.elements} numbers are the most. Pool before it`,
        };
      }
      return made({ flatten: true, convolution: { kernel: whole, padding: [0, 0], columns: from.columns } }, positions);
    }
    case 'MAX_POOL_2D':
    case 'AVERAGE_POOL_2D':
    case 'MEAN':
      return pooling(operator, from, to, limits, made);
    case 'ADD':
    case 'SUB':
      if (data.length < 2) return { refusal: 'has a constant; element-wise operations take two results of layers' };
      if (data.some((id) => !isSame(pictureOf(graph, id), from))) return { refusal: 'has inputs of different shapes' };
      return tooWide(from, limits) ?? made({ operands: data.length });
    case 'CONCATENATION': {
      const widths = data.map((id) => pictureOf(graph, id)?.channels ?? 0);
      if (widths.slice(0, -1).some((channels) => channels % 4 !== 0)) {
        return { refusal: 'joins channels whose number is no multiple of four' };
      }
      // Where its parts are written is all that it is.
      return made({ pooled: [0, 0] });
    }
    case 'DEPTHWISE_CONV_2D':
      return { refusal: 'is depthwise, and groups are not supported; use a convolution of 1×1 or 3×3' };
    default:
      return {
        refusal: 'is no operation of the accelerator; replace it by convolutions, pooling, sums and dense layers',
      };
  }
}

type Make = (own: Partial<LayerShape>, area?: number) => HardwareLayer;

function convolution(graph: Graph, operator: Operator, from: Picture, to: Picture, limits: Limits, made: Make): Made {
  const isTransposed = operator.type === 'TRANSPOSE_CONV';
  const [, height = 1, width = 1, channels = from.channels] =
    concreteShape(inputTensor(graph, operator, 1)?.shape) ?? [];
  const strides = [intAttribute(operator, 'stride_h', 1), intAttribute(operator, 'stride_w', 1)];
  const dilations = [intAttribute(operator, 'dilation_h_factor', 1), intAttribute(operator, 'dilation_w_factor', 1)];
  // Data of one row are rows of one column here.
  const isLine = from.columns === 1 && (height === 1 || width === 1);
  const kernel: Extent = isLine ? [Math.max(height, width), 1] : [height, width];
  const named = `has a kernel of ${height}×${width}`;
  if (channels !== from.channels && !isTransposed) return { refusal: 'has groups, which are not supported' };
  const wide = tooWide(from, limits) ?? tooWide(to, limits);
  if (wide !== undefined) return wide;
  if (isTransposed) {
    const { kernel: only, stride } = limits.transposed;
    if (height !== only || width !== only || strides.some((each) => each !== stride)) {
      return {
        refusal: `${named} and stride ${strides.join('×')}; transposed convolutions are ${only}×${only} with stride ${stride}`,
      };
    }
    return made(
      { pooled: [2 * from.rows, 2 * from.columns], convolution: { kernel, padding: [1, 1], columns: to.columns } },
      height * width,
    );
  }
  if (strides.some((each, axis) => each !== 1 && !(isLine && [height, width][axis] === 1))) {
    return { refusal: `has a stride of ${strides.join('×')}; convolutions go step by step: pool before it` };
  }
  if (dilations.some((each) => each !== 1) && !isLine) return { refusal: 'is dilated' };
  if (
    isLine ? kernel[0] > limits.convolution.lengths : height !== width || !limits.convolution.kernels.includes(height)
  ) {
    const known = limits.convolution.kernels.map((each) => `${each}×${each}`).join(' and ');
    return {
      refusal: `${named}; ${known} are there, and up to ${limits.convolution.lengths} in one dimension. Two of 3×3 see as far as one of 5×5`,
    };
  }
  const padding: Extent = [(to.rows - from.rows + kernel[0] - 1) / 2, (to.columns - from.columns + kernel[1] - 1) / 2];
  if (
    dilations.every((each) => each === 1) &&
    padding.some((each) => !Number.isInteger(each) || each < 0 || each > limits.convolution.padding)
  ) {
    return { refusal: `is padded by other than 0 to ${limits.convolution.padding} on all sides` };
  }
  const hasBias = (operator.inputs[2] ?? null) !== null;
  if (hasBias && to.channels > limits.channelsWithBias) {
    return { refusal: `has ${to.channels} outputs with a bias; ${limits.channelsWithBias} are the most` };
  }
  return made(
    {
      convolution: {
        kernel,
        padding: [Math.max(0, Math.ceil(padding[0])), Math.max(0, Math.ceil(padding[1]))],
        columns: to.columns,
      },
    },
    height * width,
  );
}

function pooling(operator: Operator, from: Picture, to: Picture, limits: Limits, made: Make): Made {
  const isMean = operator.type === 'MEAN';
  if (isMean && (to.rows !== 1 || to.columns !== 1 || to.channels !== from.channels))
    return { refusal: 'is no mean over a whole picture' };
  const read = (of: 'filter' | 'stride', axis: 'height' | 'width') =>
    intAttribute(operator, of === 'filter' ? `filter_${axis}` : `stride_${axis[0]}`, 1);
  const turned = from.columns === 1 && read('filter', 'height') === 1;
  const axes = turned ? (['width', 'height'] as const) : (['height', 'width'] as const);
  const window: Extent = isMean ? [from.rows, from.columns] : [read('filter', axes[0]), read('filter', axes[1])];
  const stride: Extent = isMean ? window : [read('stride', axes[0]), read('stride', axes[1])];
  if (window.some((each) => each > limits.pooling.window)) {
    return {
      refusal: `pools ${window.join('×')}; ${limits.pooling.window}×${limits.pooling.window} is the largest window. Pool twice`,
    };
  }
  if (!isMean && from.columns > 1 && (stride[0] !== stride[1] || stride[0] > limits.pooling.stride)) {
    return { refusal: `pools with a stride of ${stride.join('×')}; both are one, up to ${limits.pooling.stride}` };
  }
  const pooled: Extent = [
    Math.floor((from.rows - window[0]) / stride[0]) + 1,
    Math.floor((from.columns - window[1]) / stride[1]) + 1,
  ];
  if (pooled[0] !== to.rows || pooled[1] !== to.columns) return { refusal: 'pools with padding, which is not there' };
  return tooWide(from, limits) ?? made({ pool: window, pooled });
}

function tooWide({ channels }: Picture, limits: Limits): { readonly refusal: string } | undefined {
  return channels <= limits.channels
    ? undefined
    : { refusal: `has ${channels} channels; ${limits.channels} are the most` };
}

const isSame = (one: Picture | undefined, other: Picture) =>
  one !== undefined && one.rows === other.rows && one.columns === other.columns && one.channels === other.channels;
