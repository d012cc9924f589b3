import type { Block } from './block.ts';
import { operationCycles, type Part, type Places } from './cycles.ts';
import type { EncodedWeights } from './encoded-weights.ts';
import type { NpuOperation } from './npu-operation.ts';
import { fetchedBytes, trafficOf } from './traffic.ts';
import type { Channel } from './transfer.ts';
import type { Unit } from './unit.ts';
import { moveCycles, type WeightBuffer, weightBuffer } from './weight-buffer.ts';

/** An operation in its place among the others. */
export interface TimeQuestion {
  readonly operation: NpuOperation;
  readonly block: Block;
  readonly unit: Unit;
  readonly weights: EncodedWeights | undefined;
  /** Bytes of the weights and scales of so many channels from one on. */
  readonly bytesOf: (first: number, channels: number) => number;
  readonly own: number;
  readonly planned: number;
  readonly slack: number;
  readonly isFirst: boolean;
  readonly free: number;
  readonly input: Channel;
  readonly output: Channel;
  /** Where its feature maps are taken to be when it is decided on weights. */
  readonly plan: { readonly input: Channel; readonly output: Channel };
}

/** The longest of computing, SRAM's traffic and the other memory's; weights that are fetched ahead cost where the operation before does not hide them. */
export function timeOf({
  operation,
  block,
  unit,
  weights,
  bytesOf,
  own,
  planned,
  slack,
  isFirst,
  free,
  input,
  output,
  plan,
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
  const partOf = (c: number): NpuOperation => ({ ...operation, ofm: { ...operation.ofm, c } });
  const at = (c: number, places: Pick<Places, 'input' | 'output'>, part: Part): number =>
    operationCycles(partOf(c), block, timing, { ...places, weights: sram }, part);
  const buffer = weightBuffer({
    bytes,
    bytesOf,
    passes: weightPasses,
    channels: operation.ofm.c,
    blockChannels: block.ofm.c,
    cycles: planned,
    cyclesFor: (c, part) => at(c, plan, part),
    slack: isFirst ? 0 : slack,
    isFirst,
    inputCyclesFor: (pieces) =>
      input.readLatency + pieces.reduce((sum, c) => sum + fetchedBytes(partOf(c), block), 0) / input.inputRate,
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
    at(operation.ofm.c, { input, output }, 'whole') + Math.max(0, moveCycles(buffer.firstBytes, unit) - hidden),
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

/** Cycles of copying a feature map to SRAM. */
export function copyTime(operation: NpuOperation, block: Block, unit: Unit): number {
  const { sram, store, timing } = unit;
  const places = { input: store, output: sram };
  const own = operationCycles(operation, block, timing, { ...places, weights: store });
  const nothing = { bytesOf: () => 0, weights: undefined, planned: own, slack: 0, isFirst: false, free: 0 };
  return timeOf({ operation, block, unit, own, plan: places, ...places, ...nothing }).cycles;
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
