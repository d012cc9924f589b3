import code from '../kernels/fast/kernels.wasm';

/** What assembly/round.ts exports; addresses in bytes. */
interface RoundingKernels {
  readonly memory: WebAssembly.Memory;
  readonly heapStart: () => number;
  readonly largestMagnitude: (from: number, elements: number) => number;
  readonly roundToBytes: (from: number, elements: number, to: number, scale: number, lowest: number) => void;
}

/** Works through weights in WebAssembly, run by run: a run is what lies one behind the other and shares a scale. */
export interface FastRounding {
  /** The largest magnitude of each run. */
  readonly largest: (weights: Float32Array, runLength: number, of: (start: number, magnitude: number) => void) => void;
  /** Weights over the scale of their run as int8, as `roundHalfEven` rounds and limited to [lowest, 127]; what is no number becomes 0. */
  readonly round: (
    weights: Float32Array,
    runLength: number,
    scaleOf: (start: number) => number,
    lowest: number,
  ) => Int8Array;
}

const pageBytes = 65_536;
/** Weights that are in WebAssembly's memory at a time. */
const tileLength = 65_536;

let opened: FastRounding | undefined | 'not yet' = 'not yet';

/** `undefined` where WebAssembly with SIMD cannot be had. */
export function fastRounding(): FastRounding | undefined {
  if (opened === 'not yet') opened = open();
  return opened;
}

function open(): FastRounding | undefined {
  let kernels: RoundingKernels;
  try {
    kernels = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as unknown as RoundingKernels;
  } catch {
    return undefined;
  }
  const { memory } = kernels;
  const from = Math.ceil(kernels.heapStart() / 64) * 64;
  const to = from + tileLength * 4;
  memory.grow(Math.ceil((tileLength * 5) / pageBytes) + 1);
  const tile = new Float32Array(memory.buffer, from, tileLength);
  const bytes = new Int8Array(memory.buffer, to, tileLength);

  /** Calls `each` with the place of a run, or a part of it, in the tile and in the weights. */
  const forRuns = (
    weights: Float32Array,
    runLength: number,
    each: (place: number, start: number, elements: number) => void,
    done: (start: number, elements: number) => void = () => {},
  ): void => {
    const inTile = runLength > tileLength ? tileLength : Math.floor(tileLength / runLength) * runLength;
    for (let start = 0; start < weights.length; ) {
      const runEnd = (Math.floor(start / runLength) + 1) * runLength;
      const end = Math.min(weights.length, runLength > tileLength ? Math.min(start + inTile, runEnd) : start + inTile);
      tile.set(weights.subarray(start, end));
      for (let run = start; run < end; run += runLength) each(run - start, run, Math.min(runLength, end - run));
      done(start, end - start);
      start = end;
    }
  };
  return {
    largest: (weights, runLength, of) =>
      forRuns(weights, runLength, (place, start, elements) =>
        of(start, kernels.largestMagnitude(from + place * 4, elements)),
      ),
    round: (weights, runLength, scaleOf, lowest) => {
      const integers = new Int8Array(weights.length);
      forRuns(
        weights,
        runLength,
        (place, start, elements) =>
          kernels.roundToBytes(from + place * 4, elements, to + place, scaleOf(start), lowest),
        (start, elements) => integers.set(bytes.subarray(0, elements), start),
      );
      return integers;
    },
  };
}
