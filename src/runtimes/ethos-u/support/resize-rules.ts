import { intAttribute } from '../../../graph/access.ts';
import type { NpuRule } from './rule.ts';
import { heightWidthChannels, type OperatorView } from './view.ts';

/** Rules of resizing. Source: tflite_supported_operators*.cpp of Vela 5.2.0's compilation core. */

interface Scaling {
  readonly isPoint: boolean;
  readonly isSame: boolean;
  readonly height: number;
  readonly width: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly alignCorners: boolean;
  readonly halfPixels: boolean;
}

function scalingOf({ operator, inputs, outputs }: OperatorView): Scaling {
  const input = heightWidthChannels(inputs[0]);
  const output = heightWidthChannels(outputs[0]);
  const alignCorners = intAttribute(operator, 'align_corners', 0) === 1;
  const factor = (to: number, from: number): number =>
    alignCorners ? (to === 1 ? 1 : (to - 1) / (from - 1)) : to / from;
  return {
    isPoint: input.height === 1 && input.width === 1,
    isSame: input.height === output.height && input.width === output.width,
    height: factor(output.height, input.height),
    width: factor(output.width, input.width),
    outputHeight: output.height,
    outputWidth: output.width,
    alignCorners,
    halfPixels: intAttribute(operator, 'half_pixel_centers', 0) === 1,
  };
}

const remedy = 'resize by 2, 4 or 8 in both directions';
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

/** Ethos-U55 and U65 resize by repeated doubling. */
export const resizeScale: NpuRule = {
  must: 'scales height and width alike, by 2, 4 or 8, and with half-pixel centres by 2',
  remedy,
  fails: (view) => {
    if (view.family === 'u85') return undefined;
    const scaling = scalingOf(view);
    const halfPixels = scaling.halfPixels && view.operator.type === 'RESIZE_BILINEAR';
    const found = `it scales by ${scaling.height} and ${scaling.width}`;
    if (scaling.isPoint) return undefined;
    if (scaling.isSame) return halfPixels ? 'it keeps the size with half-pixel centres' : undefined;
    if (scaling.height !== scaling.width) {
      const oneAxis =
        (scaling.outputHeight === 1 && scaling.height === 1) || (scaling.outputWidth === 1 && scaling.width === 1);
      if (!oneAxis || halfPixels) return found;
    }
    const factor = Math.max(scaling.height, scaling.width);
    return isPowerOfTwo(factor) && factor > 1 && factor <= (halfPixels ? 2 : 8) ? undefined : found;
  },
};

/** Ethos-U85. */
export const alignedCorners: NpuRule = {
  must: 'aligns either corners or pixel centres',
  remedy: 'choose one of align_corners and half_pixel_centers',
  fails: (view) => {
    if (view.family !== 'u85') return undefined;
    const { alignCorners, halfPixels } = scalingOf(view);
    return alignCorners && halfPixels ? 'it does both' : undefined;
  },
};

/** Ethos-U85. */
export const resizeFactor: NpuRule = {
  must: 'scales by at most 2048, and with half-pixel centres by at most 1024',
  remedy,
  fails: (view) => {
    if (view.family !== 'u85') return undefined;
    const { height, width, alignCorners, halfPixels } = scalingOf(view);
    const centred = view.operator.type === 'RESIZE_BILINEAR' ? halfPixels : !alignCorners || halfPixels;
    const limit = centred ? 1024 : 2048;
    return Math.floor(height) <= limit && Math.floor(width) <= limit
      ? undefined
      : `it scales by ${height} and ${width}`;
  },
};

/** Ethos-U85. */
export const resizePowerOfTwo: NpuRule = {
  must: 'scales by a power of two',
  remedy: 'resize by a power of two, or by the nearest neighbour',
  fails: (view) => {
    if (view.family !== 'u85') return undefined;
    const { isPoint, height, width } = scalingOf(view);
    return isPoint || (isPowerOfTwo(height) && height >= 1 && isPowerOfTwo(width) && width >= 1)
      ? undefined
      : `it scales by ${height} and ${width}`;
  },
};
