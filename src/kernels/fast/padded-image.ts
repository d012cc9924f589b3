import type { Value } from '../values.ts';
import type { Window } from '../window.ts';
import type { Elements } from './elements.ts';
import type { FastMemory } from './memory.ts';
import { aligned, scratchLimitBytes } from './memory.ts';

/** An image as fast kernels read it: wider elements, with as many zeros around it as its windows cover. */
export interface PaddedImage {
  /** Bytes of the image, a multiple of 16; what lies behind them in the scratch is free once it is made. */
  readonly bytes: number;
  /** By output position (batch, row, column): how many bytes from the image's start its window starts. */
  readonly windowStarts: Int32Array;
  /** By row of the window, then column: how many bytes from the window's start it lies. */
  readonly tapAt: (row: number, column: number) => number;
  /** Makes the image in the scratch from the tensor's bytes; gives its address. */
  readonly make: (tensor: Int8Array) => number;
}

/** `repeat` channels stand for each of the tensor's; pixels have at least `leastChannels`. `undefined` where it would be too large or does not fit the output. */
export function paddedImage(
  memory: FastMemory,
  window: Window,
  output: Value,
  elements: Elements,
  repeat = 1,
  leastChannels = 1,
): PaddedImage | undefined {
  const { batches, inputHeight, inputWidth, inputChannels, padTop, padLeft } = window;
  const { outputHeight, outputWidth, outputChannels } = window;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, kernelHeight, kernelWidth } = window;
  if (Math.min(strideHeight, strideWidth, dilationHeight, dilationWidth, kernelHeight, kernelWidth) < 1)
    return undefined;
  if (Math.min(outputHeight, outputWidth, batches, inputHeight, inputWidth, inputChannels) < 1) return undefined;
  if (output.values.length !== batches * outputHeight * outputWidth * outputChannels) return undefined;
  const height = (outputHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1;
  const width = (outputWidth - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1;
  const channels = Math.max(inputChannels * repeat, leastChannels);
  const pixelBytes = elements.imageBytes * channels;
  const rowBytes = width * pixelBytes;
  // Sums read up to three elements past a run.
  const bytes = aligned(batches * height * rowBytes + 16);
  const sourceRowBytes = inputWidth * inputChannels * elements.tensorBytes;
  const tensorBytes = batches * inputHeight * sourceRowBytes;
  if (bytes + tensorBytes > scratchLimitBytes) return undefined;
  memory.reserveScratch(bytes + tensorBytes + 16);

  const windowStarts = new Int32Array(batches * outputHeight * outputWidth);
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        windowStarts[next++] = ((batch * height + y * strideHeight) * width + x * strideWidth) * pixelBytes;
      }
    }
  }

  const rows = Math.max(0, Math.min(inputHeight, height - padTop));
  const columns = Math.max(0, Math.min(inputWidth, width - padLeft));
  const spread = channels !== inputChannels;
  const whole = rows === height && columns === width && columns === inputWidth && !spread;

  const make = (content: Int8Array): number => {
    const image = memory.scratch();
    const tensor = image + bytes;
    memory.bytes().set(content, tensor);
    if (whole && rows === inputHeight) {
      elements.widen(tensor, image, 1, content.length / elements.tensorBytes, 0, 0);
      return image;
    }
    memory.kernels.clear(image, bytes);
    for (let batch = 0; batch < batches; batch++) {
      const source = tensor + batch * inputHeight * sourceRowBytes;
      const target = image + (batch * height + padTop) * rowBytes + padLeft * pixelBytes;
      if (!spread) {
        elements.widen(source, target, rows, columns * inputChannels, sourceRowBytes, rowBytes);
        continue;
      }
      for (let row = 0; row < rows; row++) {
        const from = source + row * sourceRowBytes;
        elements.spread(from, target + row * rowBytes, columns, inputChannels, repeat, pixelBytes);
      }
    }
    return image;
  };

  return {
    bytes,
    windowStarts,
    tapAt: (row, column) => row * dilationHeight * rowBytes + column * dilationWidth * pixelBytes,
    make,
  };
}
