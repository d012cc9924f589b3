import type { Window } from '../window.ts';
import type { FastMemory } from './memory.ts';
import { aligned, scratchLimitBytes } from './memory.ts';

/** An image as fast kernels read it: 16 bits, less the zero point, with as many zeros around it as its windows cover. */
export interface PaddedImage {
  /** Bytes of the image, a multiple of 16; what lies behind them in the scratch is free once it is made. */
  readonly bytes: number;
  /** By output position (batch, row, column): how many bytes from the image's start its window starts. */
  readonly windowStarts: Int32Array;
  /** By row of the window, then column: how many bytes from the window's start it lies. */
  readonly tapAt: (row: number, column: number) => number;
  /** Makes the image in the scratch; gives its address. */
  readonly make: (from: Int8Array) => number;
}

/** `repeat` channels stand for each of the tensor's; pixels have at least `leastChannels`. `undefined` where it would be too large. */
export function paddedImage(
  memory: FastMemory,
  window: Window,
  zeroPoint: number,
  repeat = 1,
  leastChannels = 1,
): PaddedImage | undefined {
  const { batches, inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, padTop, padLeft } = window;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, kernelHeight, kernelWidth } = window;
  if (Math.min(strideHeight, strideWidth, dilationHeight, dilationWidth, kernelHeight, kernelWidth) < 1)
    return undefined;
  if (Math.min(outputHeight, outputWidth, batches, inputHeight, inputWidth, inputChannels) < 1) return undefined;
  const height = (outputHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1;
  const width = (outputWidth - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1;
  const channels = Math.max(inputChannels * repeat, leastChannels);
  const pixelBytes = 2 * channels;
  const rowBytes = width * pixelBytes;
  // Sums read up to three elements past a run.
  const bytes = aligned(batches * height * rowBytes + 16);
  const tensorBytes = batches * inputHeight * inputWidth * inputChannels;
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
  const { kernels } = memory;

  const make = (from: Int8Array): number => {
    const image = memory.scratch();
    const tensor = image + bytes;
    memory.bytes().set(from, tensor);
    if (whole && rows === inputHeight) {
      kernels.widen(tensor, image, 1, from.length, 0, 0, zeroPoint);
      return image;
    }
    kernels.clear(image, bytes);
    for (let batch = 0; batch < batches; batch++) {
      const source = tensor + batch * inputHeight * inputWidth * inputChannels;
      const target = image + (batch * height + padTop) * rowBytes + padLeft * pixelBytes;
      const sourceRow = inputWidth * inputChannels;
      if (!spread) {
        kernels.widen(source, target, rows, columns * inputChannels, sourceRow, rowBytes, zeroPoint);
        continue;
      }
      for (let row = 0; row < rows; row++) {
        kernels.spread(
          source + row * sourceRow,
          target + row * rowBytes,
          columns,
          inputChannels,
          repeat,
          pixelBytes,
          zeroPoint,
        );
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
