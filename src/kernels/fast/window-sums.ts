import type { Window } from '../window.ts';
import type { PaddedImage } from './padded-image.ts';
import type { Sums } from './products.ts';

/** The weight of an output channel at a row and column of the window and an input channel. */
export type WindowWeight = (channel: number, row: number, column: number, inputChannel: number) => number;

/** A convolution as sums over the rows of its windows, or over single positions where dilation takes those of a row apart. */
export function windowSums(window: Window, image: PaddedImage, weight: WindowWeight): Sums {
  const { kernelHeight, kernelWidth, inputChannels, dilationWidth } = window;
  const perRow = dilationWidth === 1 ? 1 : kernelWidth;
  return {
    windowStarts: image.windowStarts,
    runStarts: Int32Array.from({ length: kernelHeight * perRow }, (_, run) =>
      image.tapAt(Math.floor(run / perRow), run % perRow),
    ),
    runElements: (kernelWidth / perRow) * inputChannels,
    weight: (channel, run, element) =>
      weight(
        channel,
        Math.floor(run / perRow),
        (run % perRow) + Math.floor(element / inputChannels),
        element % inputChannels,
      ),
  };
}
