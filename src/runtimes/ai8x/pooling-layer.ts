import { intAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import type { Extent } from './cycles.ts';
import { type Made, type Make, tooWide } from './hardware-layer.ts';
import type { Limits } from './limits.ts';
import type { Picture } from './pictures.ts';

/** The layer of a pooling, or of a mean over a whole picture. */
export function poolingLayer(operator: Operator, from: Picture, to: Picture, limits: Limits, made: Make): Made {
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
