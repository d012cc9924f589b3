import code from './kernels.wasm';

/** What assembly/index.ts exports; addresses and lengths in bytes. */
interface AssemblyKernels {
  readonly memory: WebAssembly.Memory;
  readonly heapStart: () => number;
  readonly add: (plan: number, first: number, second: number, output: number, count: number) => void;
  readonly multiply: (plan: number, image: number, output: number) => void;
  readonly depthwise: (plan: number, image: number, output: number) => void;
  readonly widen: (
    from: number,
    to: number,
    rows: number,
    elements: number,
    fromPitch: number,
    toPitch: number,
    zeroPoint: number,
  ) => void;
  readonly spread: (
    from: number,
    to: number,
    pixels: number,
    channels: number,
    repeat: number,
    pixelPitch: number,
    zeroPoint: number,
  ) => void;
  readonly clear: (at: number, bytes: number) => void;
}

/** The memory of one interpreter's fast kernels, and the kernels. Addresses are in bytes and multiples of 16. */
export interface FastMemory {
  readonly kernels: AssemblyKernels;
  /** Copies content that stays; gives its address. */
  readonly place: (content: Int8Array | Int16Array | Int32Array | Float32Array) => number;
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
export function openFastMemory(): FastMemory | undefined {
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
    free = aligned(at + bytes);
    const missing = free + spareBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    if (view.buffer !== memory.buffer) view = new Int8Array(memory.buffer);
    return at;
  };

  return {
    kernels,
    place(content) {
      const at = allocate(content.byteLength);
      view.set(new Int8Array(content.buffer, content.byteOffset, content.byteLength), at);
      return at;
    },
    reserveScratch(bytes) {
      if (bytes <= scratchBytes) return;
      scratchBytes = Math.max(bytes, 2 * scratchBytes);
      scratchAt = allocate(scratchBytes);
    },
    scratch: () => scratchAt,
    bytes: () => view,
  };
}

/** The next multiple of 16. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
