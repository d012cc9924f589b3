import { intAttribute } from '../../../graph/access.ts';
import type { Convolution } from '../convolution.ts';
import { isBroadcast } from './elementwise.ts';
import type { NamedWork, Situation } from './work-rule.ts';

/**
 * The work of an operator where only published costs per operator are known: multiply-accumulates, elements, positions,
 * and elements gathered. Convolutions are told apart where libraries take another way: pointwise, with few input channels; depthwise 3x3, with a channel multiplier.
 */
export function generalWork({ graph, operator, outputs }: Situation, shape: Convolution | undefined): NamedWork {
  const plain = operator.type.toLowerCase().replaceAll('_', '-');
  if (shape === undefined || !windowed.has(operator.type)) {
    const window = intAttribute(operator, 'filter_height', 0) * intAttribute(operator, 'filter_width', 0);
    return { name: isBroadcast(graph, operator) ? `${plain}-broadcast` : plain, work: { perPatch: outputs * window } };
  }
  const pixels = shape.batch * shape.output.height * shape.output.width;
  const filterElements = shape.filter.height * shape.filter.width * shape.filter.channels;
  const name =
    operator.type === 'CONV_2D'
      ? convolutionName(shape)
      : operator.type === 'DEPTHWISE_CONV_2D'
        ? depthwiseName(shape)
        : plain;
  return { name, work: { perPixel: pixels, perPatch: pixels * filterElements } };
}

const windowed = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'TRANSPOSE_CONV']);

function convolutionName({ filter, padding, stride, input }: Convolution): string {
  const isPointwise = filter.height === 1 && filter.width === 1 && padding.height === 0 && padding.width === 0;
  if (isPointwise) return stride.height === 1 && stride.width === 1 ? 'conv-1x1' : 'conv-1x1-strided';
  return input.channels <= 3 ? 'conv-stem' : 'conv';
}

function depthwiseName({ filter, padding, input, output }: Convolution): string {
  if (input.channels !== output.channels) return 'depthwise-multiplied';
  const isThreeByThree = filter.height === 3 && filter.width === 3;
  return isThreeByThree && padding.height <= 1 && padding.width <= 1 ? 'depthwise-3x3' : 'depthwise';
}
