import type { Tensor } from '../../../graph/graph.ts';

/** Height, width and channels. */
export interface Volume {
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

export const elementsOf = ({ h, w, c }: Volume): number => h * w * c;

/** Extents of a volume, at most those of another. */
export const clip = (volume: Volume, to: Volume): Volume => ({
  h: Math.min(volume.h, to.h),
  w: Math.min(volume.w, to.w),
  c: Math.min(volume.c, to.c),
});
/** How many of another it takes along each extent. */
export const over = (volume: Volume, by: Volume): Volume => ({
  h: Math.ceil(volume.h / by.h),
  w: Math.ceil(volume.w / by.w),
  c: Math.ceil(volume.c / by.c),
});

/** A window and how it moves. */
export interface Kernel {
  readonly h: number;
  readonly w: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
}

export const unitKernel: Kernel = { h: 1, w: 1, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 };

/** Which of the NPU's ways to compute an operation takes. */
export type OperationKind = 'convolution' | 'depthwise' | 'dense' | 'pooling' | 'reduce-sum' | 'elementwise' | 'copy';

/** One operation of the NPU: what Vela makes one or several of for each operator of the model. */
export interface NpuOperation {
  readonly kind: OperationKind;
  /** Which entry of the output unit's table it has. */
  readonly output: 'add' | 'multiply' | 'max-pool' | 'other';
  readonly activation: 'lut' | 'clamp' | 'none';
  readonly ifm: Volume;
  readonly ifm2?: Volume;
  readonly ofm: Volume;
  readonly kernel: Kernel;
  readonly inputBits: number;
  readonly outputBits: number;
  /** 2 where each input row and column is read twice: resizing by doubling. */
  readonly upscale: 1 | 2;
  readonly weights?: Tensor;
  /** It moves a map from one memory to another as it is. */
  readonly isMove?: true;
  /** Its input, or its output, has channels side by side, as the model has them; else in groups of 16, as the NPU has them. */
  readonly isInputLinear?: boolean;
  readonly isOutputLinear?: boolean;
}
