import type { Block } from './block.ts';
import { operationCycles } from './cycles.ts';
import type { EncodedWeights } from './encoded-weights.ts';
import { type InputCopy, inputCopy } from './input-copy.ts';
import type { NpuOperation } from './npu-operation.ts';
import { copyTime } from './operation-time.ts';
import { fetchedBytes, trafficOf } from './traffic.ts';
import type { Unit } from './unit.ts';

/** What an operation is, where it runs, and the SRAM that is left there. */
interface Circumstances {
  readonly block: Block;
  readonly weights: EncodedWeights | undefined;
  readonly unit: Unit;
  readonly freeBytes: number;
}

/** The copy of its input that an operation which reads what is not the NPU's has in SRAM first, with the cycles that making it takes; `undefined` where it has none. */
export function stagedInput(
  operation: NpuOperation,
  { block, weights, unit, freeBytes }: Circumstances,
): (InputCopy & { readonly cycles: number }) | undefined {
  if (weights === undefined) return undefined;
  const { sram, store, timing } = unit;
  const outside = { input: store, output: store };
  const copy = inputCopy({
    operation,
    bytes: weights.weightBytes + weights.scaleBytes,
    weightBytes: weights.weightBytes,
    passes: trafficOf(operation, block, timing.cores, outside).weightPasses,
    fetchedBytes: fetchedBytes(operation, block),
    cycles: operationCycles(operation, block, timing, { ...outside, weights: store }),
    copyCycles: (moved) => {
      const found = unit.findBlock(moved);
      const places = { input: store, output: sram, weights: store };
      return found === undefined ? Number.POSITIVE_INFINITY : operationCycles(moved, found, timing, places);
    },
    sram,
    store,
    freeBytes,
  });
  const found = copy === undefined ? undefined : unit.findBlock(copy.operation);
  if (copy === undefined || found === undefined) return undefined;
  return { ...copy, cycles: copyTime(copy.operation, found, unit) };
}
