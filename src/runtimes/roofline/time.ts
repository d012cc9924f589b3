import type { Board, RooflineCosts, UnitCosts } from '../../targets/board.ts';
import type { OperatorWork } from './work.ts';

/** What an operator is computed in. */
export type Precision = keyof RooflineCosts['costs'];

/** A processor as a roofline. */
export interface RooflineUnit {
  readonly costs: RooflineCosts['costs'];
  /** What it takes as a multiple of these, 1 where absent. */
  readonly factors?: Board['cpuFactors'];
  readonly clockHz: number;
  /** How many times faster than one thread all threads are together. */
  readonly speedup: number;
  /** What reading weights can reach at most; unknown when absent. */
  readonly bytesPerSecond?: number;
  /** Bytes of activations that its own memory holds. */
  readonly onChipBytes: number;
  /** Mean relative error of such estimates on networks that were not fitted. */
  readonly error: number;
}

/** The board's CPU with the threads of a runtime, by the runtime's own roofline where that has no accelerator, else by the core's; `undefined` where there is none. */
export function cpuUnit(board: Board, runtimeId: string): RooflineUnit | undefined {
  const runtime = board.runtimes[runtimeId];
  const own = runtime?.accelerator === undefined ? runtime?.roofline : undefined;
  const roofline = own ?? board.core.roofline;
  if (roofline === undefined) return undefined;
  const speedup = threadSpeedup(roofline, runtime?.threads?.value ?? board.cores.value);
  const found = unit(roofline, board, board.clockHz.value, speedup);
  return own === undefined && board.cpuFactors !== undefined ? { ...found, factors: board.cpuFactors } : found;
}

/** The accelerator that a runtime gives work to; `undefined` where the board has none or nothing is known of its speed. */
export function acceleratorUnit(board: Board, runtimeId: string): RooflineUnit | undefined {
  const runtime = board.runtimes[runtimeId];
  const clockHz = runtime?.accelerator?.clockHz?.value;
  if (runtime?.roofline === undefined || clockHz === undefined) return undefined;
  return unit(runtime.roofline, board, clockHz, 1);
}

function unit(roofline: RooflineCosts, board: Board, clockHz: number, speedup: number): RooflineUnit {
  const bytesPerSecond = board.memoryBytesPerSecond?.value;
  return {
    costs: roofline.costs,
    clockHz,
    speedup,
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    onChipBytes: roofline.onChipBytes?.value ?? 0,
    error: roofline.error.value,
  };
}

/** The speed of so many threads: as listed, between two listed numbers in proportion, beyond them the last. */
function threadSpeedup({ threadScaling = [] }: RooflineCosts, threads: number): number {
  const listed = [{ threads: 1, speedup: 1 }, ...threadScaling].sort((a, b) => a.threads - b.threads);
  const above = listed.find((entry) => entry.threads >= threads);
  const below = listed.findLast((entry) => entry.threads <= threads);
  if (above === undefined || below === undefined) return (below ?? above)?.speedup ?? 1;
  if (above.threads === below.threads) return above.speedup;
  const share = (threads - below.threads) / (above.threads - below.threads);
  return below.speedup + share * (above.speedup - below.speedup);
}

/** How often each cost of a unit counts for an operator. */
export type CostCounts = Readonly<Record<Exclude<keyof UnitCosts, 'source'>, number>>;

/** What an operator's work makes each cost of a unit with `onChipBytes` of its own memory count. */
export function costCounts(work: OperatorWork, onChipBytes: number): CostCounts {
  return {
    cyclesPerConvolutionMac: work.convolutionMacs,
    cyclesPerDepthwiseMac: work.depthwiseMacs,
    cyclesPerDenseMac: work.denseMacs,
    cyclesPerOutput: work.outputs,
    cyclesPerElement: work.elements,
    cyclesPerFunctionElement: work.functionElements,
    cyclesPerSerialElement: work.serialElements,
    cyclesPerDataByte: work.dataBytes,
    cyclesPerSpilledByte: work.dataBytes > onChipBytes ? work.dataBytes : 0,
    cyclesPerWeightByte: work.weightBytes,
    launchMicroseconds: work.launches,
  };
}

/** The precisions whose costs stand for each, best first. */
const wider: Readonly<Record<Precision, readonly Precision[]>> = {
  int8: ['int8', 'float16', 'float32'],
  float16: ['float16', 'float32'],
  float32: ['float32', 'float16'],
};

/**
 * Milliseconds of an operator on a unit: cycles for what it has to do, divided among the threads where the library divides it, or reading its weights from memory where that takes longer, and the launch.
 * Where a unit has no costs for a precision, those of the next wider one count; `undefined` where there are none.
 */
export function unitMilliseconds(work: OperatorWork, unit: RooflineUnit, precision: Precision): number | undefined {
  const known = wider[precision].find((each) => unit.costs[each] !== undefined);
  const cost = known === undefined ? undefined : unit.costs[known];
  if (known === undefined || cost === undefined) return undefined;
  const counts = costCounts(work, unit.onChipBytes);
  const cycles =
    counts.cyclesPerConvolutionMac * (cost.cyclesPerConvolutionMac ?? 0) +
    counts.cyclesPerDepthwiseMac * (cost.cyclesPerDepthwiseMac ?? 0) +
    counts.cyclesPerDenseMac * (cost.cyclesPerDenseMac ?? cost.cyclesPerConvolutionMac ?? 0) +
    counts.cyclesPerOutput * (cost.cyclesPerOutput ?? 0) +
    counts.cyclesPerElement * (cost.cyclesPerElement ?? 0) +
    counts.cyclesPerFunctionElement * (cost.cyclesPerFunctionElement ?? 0) +
    counts.cyclesPerDataByte * (cost.cyclesPerDataByte ?? 0) +
    counts.cyclesPerSpilledByte * (cost.cyclesPerSpilledByte ?? 0) +
    counts.cyclesPerWeightByte * (cost.cyclesPerWeightByte ?? 0);
  const serialCycles = counts.cyclesPerSerialElement * (cost.cyclesPerSerialElement ?? 0);
  const factor = unit.factors?.[known]?.value ?? 1;
  const working = (1e3 * factor * (cycles / unit.speedup + serialCycles)) / unit.clockHz;
  const reading = unit.bytesPerSecond === undefined ? 0 : (1e3 * work.weightBytes) / unit.bytesPerSecond;
  return Math.max(working, reading) + (work.launches * cost.launchMicroseconds) / 1e3;
}
