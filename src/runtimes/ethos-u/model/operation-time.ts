import type { Block } from './block.ts';
import { operationCycles, type Part } from './cycles.ts';
import type { EncodedWeights } from './encoded-weights.ts';
import type { NpuOperation } from './npu-operation.ts';
import { trafficOf } from './traffic.ts';
import type { Channel } from './transfer.ts';
import type { Unit } from './unit.ts';
import { moveCycles, type WeightBuffer, weightBuffer } from './weight-buffer.ts';

/** An operation in its place among the others. */
export interface TimeQuestion {
  readonly operation: NpuOperation;
  readonly block: Block;
  readonly unit: Unit;
  readonly weights: EncodedWeights | undefined;
  readonly own: number;
  readonly planned: number;
  readonly slack: number;
  readonly isFirst: boolean;
  readonly free: number;
  readonly input: Channel;
  readonly output: Channel;
}

/** The longest of computing, SRAM's traffic and the other memory's; weights that are fetched ahead cost where the operation before does not hide them. */
export function timeOf({
  operation,
  block,
  unit,
  weights,
  own,
  planned,
  slack,
  isFirst,
  free,
  input,
  output,
}: TimeQuestion): {
  readonly cycles: number;
  readonly buffer: WeightBuffer | undefined;
} {
  const { sram, store, timing } = unit;
  const { readBytes, writtenBytes, weightPasses } = trafficOf(operation, block, timing.cores, { input, output });
  const isElementwise = operation.kind === 'elementwise';
  const longest = (npu: number, more: { readonly sram: Constants; readonly store: Constants }): number =>
    Math.floor(
      Math.max(
        npu,
        ...(
          [
            [sram, more.sram],
            [store, more.store],
          ] as const
        ).map(([memory, constants]) =>
          accessCycles(memory, {
            ...constants,
            read: input === memory ? readBytes : 0,
            written: constants.written + (output === memory ? writtenBytes : 0),
            isElementwise,
          }),
        ),
      ),
    );
  const none: Constants = { weights: 0, scales: 0, moved: 0, written: 0 };
  if (weights === undefined) {
    const copied =
      operation.kind === 'copy'
        ? Math.max(
            input.readLatency + readBytes / input.bytesPerCycle,
            output.writeLatency + writtenBytes / output.bytesPerCycle,
          )
        : own;
    return { cycles: longest(copied, { sram: none, store: none }), buffer: undefined };
  }
  const bytes = weights.weightBytes + weights.scaleBytes;
  const at = (c: number, from: Channel, part: Part = 'whole'): number =>
    operationCycles(
      { ...operation, ofm: { ...operation.ofm, c } },
      block,
      timing,
      { input, output, weights: from },
      part,
    );
  const buffer = weightBuffer({
    bytes,
    passes: weightPasses,
    channels: operation.ofm.c,
    blockChannels: block.ofm.c,
    cycles: planned,
    cyclesFor: (c, part) => at(c, sram, part),
    slack: isFirst ? 0 : slack,
    isFirst,
    inputCycles: readBytes / input.inputRate,
    sram,
    store,
    freeBytes: free,
  });
  const scales = weights.scaleBytes * weightPasses;
  if (buffer === undefined) {
    return {
      cycles: longest(own, { sram: none, store: { ...none, weights: weights.weightBytes * weightPasses, scales } }),
      buffer,
    };
  }
  const hidden = isFirst ? 0 : slack;
  const npu = Math.max(
    moveCycles(bytes, unit) - hidden + buffer.lastCycles,
    at(operation.ofm.c, sram) + Math.max(0, moveCycles(buffer.firstBytes, unit) - hidden),
  );
  const late = Math.max(0, weights.weightBytes - (buffer.isAhead ? buffer.firstBytes : 0));
  return {
    cycles: longest(npu, {
      sram: { ...none, weights: weights.weightBytes * weightPasses, written: late },
      store: { ...none, moved: late, scales },
    }),
    buffer,
  };
}

/** Bytes of constants that an operation moves through a memory. */
interface Constants {
  readonly weights: number;
  readonly scales: number;
  /** To the other memory, and from it. */
  readonly moved: number;
  readonly written: number;
}

/** Cycles that a memory is busy: all bytes at its width, or the busiest use at what that reaches. */
function accessCycles(
  memory: Channel,
  {
    read,
    written,
    weights,
    scales,
    moved,
    isElementwise,
  }: Constants & { readonly read: number; readonly isElementwise: boolean },
): number {
  return Math.max(
    (read + written + weights + scales + moved) / memory.bytesPerCycle,
    read / (isElementwise ? memory.streamRate : memory.inputRate),
    written / memory.writeRate,
    weights / memory.weightRate,
    scales / memory.scaleRate,
    moved / memory.moveRate,
  );
}
