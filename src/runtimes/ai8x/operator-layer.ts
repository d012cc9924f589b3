import { isConstant, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { convolutionLayer } from './convolution-layer.ts';
import type { Extent, LayerShape } from './cycles.ts';
import { type HardwareLayer, type Made, tooWide } from './hardware-layer.ts';
import type { Limits } from './limits.ts';
import { type Picture, passesOf, pictureOf } from './pictures.ts';
import { poolingLayer } from './pooling-layer.ts';

const whole: Extent = [1, 1];

/** The layer that an operator is by itself. */
export function operatorLayer(
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
      return convolutionLayer(graph, operator, from, to, limits, made);
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
      return poolingLayer(operator, from, to, limits, made);
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

const isSame = (one: Picture | undefined, other: Picture) =>
  one !== undefined && one.rows === other.rows && one.columns === other.columns && one.channels === other.channels;
