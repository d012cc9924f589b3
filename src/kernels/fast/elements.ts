import type { FastMemory } from './memory.ts';

/** How elements of a tensor become those of an image that fast kernels read. Addresses and pitches are in bytes. */
export interface Elements {
  /** Bytes of an element of the tensor and of the image. */
  readonly tensorBytes: number;
  readonly imageBytes: number;
  /** Copies rows of elements. */
  readonly widen: (
    from: number,
    to: number,
    rows: number,
    elements: number,
    fromPitch: number,
    toPitch: number,
  ) => void;
  /** Copies a row of pixels, each channel `repeat` times. */
  readonly spread: (
    from: number,
    to: number,
    pixels: number,
    channels: number,
    repeat: number,
    pixelPitch: number,
  ) => void;
}

/** int8 become 16 bits less the zero point. */
export function int8Elements({ kernels }: FastMemory, zeroPoint: number): Elements {
  return {
    tensorBytes: 1,
    imageBytes: 2,
    widen: (...rows) => kernels.widen(...rows, zeroPoint),
    spread: (...row) => kernels.spread(...row, zeroPoint),
  };
}

/** int16 without a zero point stay what they are. */
export function int16Elements({ kernels }: FastMemory): Elements {
  return { tensorBytes: 2, imageBytes: 2, widen: kernels.copyRows, spread: kernels.spread16 };
}

/** float32 become float64, in which their products are exact; or stay what they are where sums are in single precision. */
export function float32Elements({ kernels, floats }: FastMemory): Elements {
  return floats === 'device'
    ? { tensorBytes: 4, imageBytes: 8, widen: kernels.widenFloat, spread: kernels.spreadFloat }
    : { tensorBytes: 4, imageBytes: 4, widen: kernels.copyRows32, spread: kernels.spread32 };
}
