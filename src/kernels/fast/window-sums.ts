import type { Window } from '../window.ts';
import type { PaddedImage } from './padded-image.ts';
import type { Sums, SumWeights } from './products.ts';

/**
 * A convolution as sums over the rows of its windows, or over single positions where dilation takes those of a row apart.
 * @param weights elements in the order of the window's rows, columns and input channels
 */
export function windowSums(window: Window, image: PaddedImage, weights: SumWeights): Sums {
  const { kernelHeight, kernelWidth, inputChannels, dilationWidth } = window;
  const perRow = dilationWidth === 1 ? 1 : kernelWidth;
  return {
    windowStarts: image.windowStarts,
    runStarts: Int32Array.from({ length: kernelHeight * perRow }, (_, run) =>
      image.tapAt(Math.floor(run / perRow), run % perRow),
    ),
    runElements: (kernelWidth / perRow) * inputChannels,
    weights,
  };
}
