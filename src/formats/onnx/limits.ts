/** Bounds on what an ONNX file may ask of the reader. Far above every model for the devices at hand, far below what exhausts a runner. */
export const limits = {
  /** Bytes of the file; protobuf itself ends at 2 GiB. */
  fileBytes: 2 ** 31 - 1,
  /** Messages inside messages; Google's own parsers stop at 100. */
  depth: 100,
  /** Messages, strings and byte fields of the whole file. */
  items: 8_000_000,
  /** Numbers in lists (`ints`, `floats`, `dims`) of the whole file; tensor contents do not count. */
  numbers: 16_000_000,
  /** Bytes of one name. */
  nameBytes: 65_536,
  /** Extents of one shape. */
  rank: 255,
  /** Bytes of a sparse initializer when it is laid out densely. */
  denseBytes: 2 ** 26,
} as const;
