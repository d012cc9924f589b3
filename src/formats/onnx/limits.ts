/** Bounds on what an ONNX file may ask of the reader, beside those of every format (`formats/limits.ts`). */
export const limits = {
  /** Bytes of a file that is written: protobuf ends at 2 GiB. */
  fileBytes: 2 ** 31 - 1,
  /** Messages inside messages; Google's own parsers stop at 100. */
  depth: 100,
  /** Messages, strings and byte fields of the whole file. */
  items: 4_000_000,
  /** Numbers in lists (`ints`, `floats`, `dims`) of the whole file; tensor contents do not count. */
  numbers: 16_000_000,
  /** Bytes of constants that are not in the file itself: external data, and sparse initializers laid out densely. */
  outsideBytes: 2 ** 29,
} as const;
