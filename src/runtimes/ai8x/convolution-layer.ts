import { concreteShape, inputTensor, intAttribute } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { Extent } from './cycles.ts';
import { type Made, type Make, tooWide } from './hardware-layer.ts';
import type { Limits } from './limits.ts';
import type { Picture } from './pictures.ts';

/** The layer of a convolution, transposed or not, between two pictures. */
export function convolutionLayer(
  graph: Graph,
  operator: Operator,
  from: Picture,
  to: Picture,
  limits: Limits,
  made: Make,
): Made {
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
