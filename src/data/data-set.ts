import type { DataType } from '../graph/data-type.ts';

/** Numbers as data sets hold them; float16 has become float32, bool has become bytes. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** One array of a data set, or one sample of it. Row-major. */
export interface DataArray {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: NumberArray;
  /** A picture, `[height, width, 3]` with values 0…255: it may be resized and made grey to fit a model's input. */
  readonly isImage?: boolean;
}

/** The arrays of one sample by name, without the axis that counts samples. */
export type Sample = Readonly<Record<string, DataArray>>;

/** What the samples are supposed to give: class indices, or numbers for regression. */
export interface Labels {
  /** Row-major, `width` numbers per sample. */
  readonly values: Float64Array;
  readonly width: number;
  readonly areIntegers: boolean;
}

/**
 * Samples, read one at a time so that their number does not decide the memory that using them takes.
 * Values are in real units, as the float model takes them.
 */
export interface DataSet {
  /** For messages: where it came from. */
  readonly path: string;
  /** Of the content, for cache keys. */
  readonly sha256: string;
  readonly count: number;
  /** Names of the arrays that every sample has; `x` where the source names none. */
  readonly names: readonly string[];
  readonly labels: Labels | undefined;
  /** The sample at `index`. @throws UserError when its file turns out to be damaged. */
  readonly sample: (index: number) => Promise<Sample>;
  /** Takes a sample back that nobody looks at again, and frees what memory it has of its own; absent where a sample may be given twice. */
  readonly release?: (sample: Sample) => void;
}

/** Where data sets are read from: the working tree, or the blobs of a commit. Paths are relative and use `/`. */
export interface FileSource {
  /** The file's bytes, or `undefined` when there is no such file. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  /** The same in pieces, one after another, for files that may be large. */
  readonly pieces: (path: string) => Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Paths of all files below a folder, relative to it, or `undefined` when there is no such folder. */
  readonly list: (path: string) => Promise<readonly string[] | undefined>;
}
