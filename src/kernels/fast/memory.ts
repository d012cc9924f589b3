import type { TypedArray } from '../values.ts';
import code from './kernels.wasm';

/** Computes a whole operator from the image at one address to the output at another. */
export type ImageKernel = (plan: number, image: number, output: number) => void;

/** What assembly/index.ts exports; addresses, lengths and pitches in bytes. */
interface AssemblyKernels {
  readonly memory: WebAssembly.Memory;
  readonly heapStart: () => number;
  readonly add: (plan: number, first: number, second: number, output: number, count: number) => void;
  readonly multiply: ImageKernel;
  readonly multiply16: ImageKernel;
  readonly multiplyWide: ImageKernel;
  readonly multiplyFloat: ImageKernel;
  readonly multiplySingle: ImageKernel;
  readonly depthwise: ImageKernel;
  readonly depthwiseWide: ImageKernel;
  readonly depthwiseFloat: ImageKernel;
  readonly depthwiseSingle: ImageKernel;
  readonly widen: (...rows: readonly [...WidenedRows, zeroPoint: number]) => void;
  readonly copyRows: (...rows: WidenedRows) => void;
  readonly copyRows32: (...rows: WidenedRows) => void;
  readonly spread16: (...row: SpreadRow) => void;
  readonly spread32: (...row: SpreadRow) => void;
  readonly widenFloat: (...rows: WidenedRows) => void;
  readonly spread: (...row: readonly [...SpreadRow, zeroPoint: number]) => void;
  readonly spreadFloat: (...row: SpreadRow) => void;
  readonly clear: (at: number, bytes: number) => void;
}

type WidenedRows = readonly [
  from: number,
  to: number,
  rows: number,
  elements: number,
  fromPitch: number,
  toPitch: number,
];

type SpreadRow = readonly [
  from: number,
  to: number,
  pixels: number,
  channels: number,
  repeat: number,
  pixelPitch: number,
];

/**
 * How sums of float products are rounded: after each product, which is exact, as a device's fused multiply-add does; or products and sums both, in plain single precision,
 * which takes a fourth of the time.
 */
export type FloatRounding = 'device' | 'single';

/** The memory of one interpreter's fast kernels, and the kernels. Addresses are in bytes and multiples of 16. */
export interface FastMemory {
  readonly kernels: AssemblyKernels;
  readonly floats: FloatRounding;
  /** Copies content that stays; gives its address. */
  readonly place: (
    content: Int8Array | Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array,
  ) => number;
  /** Makes sure that `scratch` has so many bytes. */
  readonly reserveScratch: (bytes: number) => void;
  /** The address of the bytes that every kernel may use while it runs. It moves when more is reserved: ask when running. */
  readonly scratch: () => number;
  /** All memory. The array is another one after memory grew: ask when running. */
  readonly bytes: () => Int8Array;
}

/** More than this is left to the kernels that need no copies. */
export const scratchLimitBytes = 256 * 1024 * 1024;

const pageBytes = 65_536;
const spareBytes = 64;

let compiled: WebAssembly.Module | undefined;

/** Memory for a new interpreter; `undefined` where WebAssembly with SIMD or its memory cannot be had. */
export function openFastMemory(floats: FloatRounding): FastMemory | undefined {
  let kernels: AssemblyKernels;
  try {
    compiled ??= new WebAssembly.Module(code);
    kernels = new WebAssembly.Instance(compiled).exports as AssemblyKernels;
  } catch {
    return undefined;
  }
  const { memory } = kernels;
  let free = aligned(kernels.heapStart());
  let view = new Int8Array(memory.buffer);
  let scratchAt = 0;
  let scratchBytes = 0;

  const allocate = (bytes: number): number => {
    const at = free;
    const end = aligned(at + bytes);
    const missing = end + spareBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    free = end;
    if (view.buffer !== memory.buffer) view = new Int8Array(memory.buffer);
    return at;
  };

  return {
    kernels,
    floats,
    place(content) {
      const at = allocate(content.byteLength);
      view.set(bytesOf(content), at);
      return at;
    },
    reserveScratch(bytes) {
      if (bytes <= scratchBytes) return;
      // Twice as much as before: what was used before is given up.
      const more = Math.max(bytes, 2 * scratchBytes);
      scratchAt = allocate(more);
      scratchBytes = more;
    },
    scratch: () => scratchAt,
    bytes: () => view,
  };
}

/** The bytes of an array. */
export function bytesOf(content: TypedArray): Int8Array {
  return new Int8Array(content.buffer, content.byteOffset, content.byteLength);
}

/** The next multiple of 16. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
