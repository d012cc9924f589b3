import type { Options } from './lowerer.ts';

/**
 * Versions above 1 that LiteRT's converter gives operators for what these options or float types need (tflite/tools/versioning/op_version.cc);
 * TensorFlow Lite Micro does not look at them.
 */
const versions: Readonly<Record<string, (options: Options) => number>> = {
  // LiteRT has none older.
  BROADCAST_TO: () => 2,
  DEPTHWISE_CONV_2D: ({ dilation_h_factor: height = 1, dilation_w_factor: width = 1 }) =>
    height === 1 && width === 1 ? 1 : 2,
  FULLY_CONNECTED: ({ keep_num_dims: keeps }) => (keeps === true ? 5 : 1),
  RESIZE_BILINEAR: ({ half_pixel_centers: centers }) => (centers === true ? 3 : 1),
  RESIZE_NEAREST_NEIGHBOR: ({ half_pixel_centers: centers, align_corners: corners }) =>
    centers === true || corners === true ? 3 : 1,
  TRANSPOSE_CONV: () => 3,
};

/** The version of a builtin operator with these options. */
export function operatorVersion(type: string, options: Options): number {
  return versions[type]?.(options) ?? 1;
}
