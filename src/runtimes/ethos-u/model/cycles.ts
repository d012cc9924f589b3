import type { Block } from './block.ts';
import { elementsOf, type NpuOperation, type Volume } from './npu-operation.ts';

/** A memory as cycles see it: bytes a cycle, latencies in cycles, and its longest burst. */
export interface Channel {
  readonly bytesPerCycle: number;
  /** What each use of it reaches of that, in bytes a cycle: an Ethos-U85 has a limited number of requests under way for each. */
  readonly inputRate: number;
  /** Of element-wise operations. */
  readonly streamRate: number;
  readonly writeRate: number;
  readonly weightRate: number;
  readonly scaleRate: number;
  readonly moveRate: number;
  readonly readLatency: number;
  readonly writeLatency: number;
  readonly burstLength: number;
}

/** Where an operation reads and writes. */
export interface Places {
  readonly input: Channel;
  readonly output: Channel;
  /** Where the unit reads weights, biases and scales from. */
  readonly weights: Channel;
}

/** What the arithmetic of a unit costs. */
export interface Timing {
  readonly isU85: boolean;
  readonly cores: number;
  readonly macs: number;
  readonly output: readonly number[];
  readonly activation: readonly number[];
}

const clip = (volume: Volume, to: Volume): Volume => ({
  h: Math.min(volume.h, to.h),
  w: Math.min(volume.w, to.w),
  c: Math.min(volume.c, to.c),
});
const over = (volume: Volume, by: Volume): Volume => ({
  h: Math.ceil(volume.h / by.h),
  w: Math.ceil(volume.w / by.w),
  c: Math.ceil(volume.c / by.c),
});

/** Which part of an operation: cut by channels, only the first part waits for its input, and only the last for its output. */
export type Part = 'whole' | 'first' | 'middle' | 'last';

/** Cycles of one operation while all its data is at hand: `Estimate…Cycles` of Vela's performance estimation. */
export function operationCycles(
  operation: NpuOperation,
  block: Block,
  timing: Timing,
  places: Places,
  part: Part = 'whole',
): number {
  if (operation.kind === 'elementwise') return elementwiseCycles(operation, block, timing, places);
  const ofmBlock = clip(operation.ofm, block.ofm);
  const micros = elementsOf(over(ofmBlock, block.micro));
  const blocks = elementsOf(over(operation.ofm, block.micro)) / micros;
  const hasBias = operation.kind === 'convolution' || operation.kind === 'depthwise' || operation.kind === 'dense';
  const bias = hasBias ? (10 * ofmBlock.c * places.weights.readLatency) / 256 : 0;
  const output = Math.max(Math.ceil(outputCycles(operation, block, timing) * elementsOf(ofmBlock)), bias);
  const arithmetic = blockCycles(operation, block, timing);
  const load = inputBlockCycles(operation, block, timing, places.input);
  const store = outputBlockCycles(operation, block, timing, places.output);
  const issue = ((blocks > 1 ? Math.abs(store - load) : 0) + arithmetic + output) / 4;
  const multiply = Math.max(arithmetic, issue);
  const finish = Math.max(output, issue);
  const isLast = part === 'whole' || part === 'last';
  const isFirst = part === 'whole' || part === 'first';
  const total = multiply > finish ? Math.floor(multiply * blocks) + (isLast ? finish : 0) : finish * blocks + multiply;
  return Math.floor(total + (isFirst ? load : 0) + (isLast ? store : 0));
}

function elementwiseCycles(operation: NpuOperation, block: Block, timing: Timing, places: Places): number {
  const { h, w, c } = operation.ofm;
  const elements = h * w * (operation.isOutputLinear === true ? c : Math.ceil(c / 16) * 16);
  const perElement = outputCycles(operation, block, timing);
  const transfer = Math.max(
    inputBlockCycles(operation, block, timing, places.input),
    outputBlockCycles(operation, block, timing, places.output),
  );
  const issue = (transfer / elementsOf(block.ofm) + perElement) / 4;
  return Math.max(Math.ceil(issue * elements), Math.ceil(perElement * elements));
}

/** Cycles of the multipliers for one block. */
function blockCycles({ kind, ifm, ofm, kernel, inputBits }: NpuOperation, block: Block, timing: Timing): number {
  const ifmBlock = clip(ifm, block.ifm);
  const micros = over(clip(ofm, block.ofm), block.micro);
  const area = micros.h * micros.w;
  const decode = (32 * block.micro.c) / (timing.isU85 ? 8 * timing.cores : 8);
  const step = kind === 'dense' ? 1 : 8;
  const slow = block.wideAccumulator && timing.macs <= 128 ? 3 : 2;
  const stall = timing.macs === 32 ? (block.wideAccumulator ? 7 : 3) : slow;
  let cycles = 0;
  for (let x = 0; x < kernel.w; x += step) {
    for (let y = 0; y < kernel.h; y += step) {
      const taps = Math.min(kernel.h - y, step) * Math.min(kernel.w - x, step);
      let steps = taps;
      let compute: number;
      if (kind === 'pooling' || kind === 'copy') {
        steps = 1;
        compute = Math.max(4, taps) * elementsOf(micros) * (timing.macs === 32 ? 1 : inputBits / 2);
      } else if (kind === 'depthwise') {
        steps = Math.ceil(taps / 4);
        compute = Math.max(decode, 4 * area * (inputBits / 8)) * steps * micros.c;
      } else if (block.isPartKernel) {
        steps = Math.ceil(taps / (inputBits === 16 ? 2 : 4));
        compute = Math.max(decode, 4 * area) * steps * micros.c * Math.ceil(ifmBlock.c / 8);
      } else if (timing.isU85) {
        compute = Math.max(decode, Math.floor(ifmBlock.c / 8) * area) * steps * micros.c * (inputBits / 8);
      } else {
        compute = Math.max(decode, 4 * area) * steps * micros.c;
      }
      let wait = 0;
      if (area === 1) wait = micros.c === 1 ? stall * steps : stall * Math.max(0, steps - 1) * micros.c;
      if (kind === 'convolution' && block.isPartKernel) wait *= Math.ceil(ifmBlock.c / 8);
      cycles += compute + wait;
    }
  }
  const isDeep = kind === 'convolution' || kind === 'dense' || kind === 'reduce-sum';
  if (isDeep) cycles *= Math.ceil(ifm.c / ifmBlock.c);
  return timing.isU85 ? cycles : Math.floor(cycles / timing.cores);
}

/** Cycles of the output unit for one element. */
function outputCycles(
  { kind, output, activation, ifm2, inputBits, outputBits }: NpuOperation,
  block: Block,
  timing: Timing,
): number {
  const at = (index: number): number => timing.output[index] ?? 0;
  if (timing.isU85) return at(outputBits === 32 ? 2 : outputBits === 16 ? 1 : 0);
  const isElementwise = kind === 'elementwise';
  let index = 7;
  if (isElementwise && inputBits === 32) index = ifm2 === undefined ? 0 : 1;
  else if (output === 'multiply') index = outputBits === 32 ? 2 : 3;
  else if (!isElementwise && block.wideAccumulator) index = 3;
  else if (output === 'add') index = 5;
  else if (output === 'max-pool') index = 6;
  const after = timing.activation[activation === 'lut' ? 0 : activation === 'clamp' ? 1 : 2] ?? 0;
  return Math.max(at(index), after);
}

/** A transfer between a memory and the unit's own. */
export interface Transfer {
  readonly elements: number;
  readonly bits: number;
  readonly block: Volume;
  /** Of the whole feature map. */
  readonly shape: Volume;
  readonly isRead: boolean;
  readonly isLinear: boolean;
}

/** Bytes that a transfer costs: bursts that are not filled cost whole ones. */
export function transferBytes(
  { elements, bits, block, shape, isRead, isLinear }: Transfer,
  cores: number,
  memory: Channel,
): number {
  const writers = isRead ? 1 : cores;
  let burstBits = 16 * bits * block.w * writers;
  if (isLinear) {
    const isWholeRow = (shape.c * bits) / 8 === block.c && (isRead || block.c <= 16);
    if (isWholeRow) burstBits = bits * block.w * block.c;
    else burstBits = isRead ? bits * block.c : Math.min(64 * 8, 16 * bits * writers, block.c * bits);
  }
  const burst = Math.min(memory.burstLength, Math.floor(burstBits / 8));
  return Math.floor((((elements * bits) / 8) * memory.burstLength) / Math.max(1, burst));
}

function inputBlockCycles(
  { ifm, ifm2, inputBits, isInputLinear = false }: NpuOperation,
  block: Block,
  timing: Timing,
  memory: Channel,
): number {
  return Math.max(
    ...[ifm, ...(ifm2 === undefined ? [] : [ifm2])].map((shape) => {
      const elements = elementsOf(clip(shape, block.ifm));
      const bytes = transferBytes(
        { elements, bits: inputBits, block: block.ifm, shape, isRead: true, isLinear: isInputLinear },
        timing.cores,
        memory,
      );
      return memory.readLatency + Math.floor(bytes / memory.bytesPerCycle);
    }),
  );
}

function outputBlockCycles(
  { ofm: shape, outputBits: bits, isOutputLinear = false }: NpuOperation,
  block: Block,
  timing: Timing,
  memory: Channel,
): number {
  const elements = elementsOf(clip(shape, block.ofm));
  const bytes = transferBytes(
    { elements, bits, block: block.ofm, shape, isRead: false, isLinear: isOutputLinear },
    timing.cores,
    memory,
  );
  return memory.writeLatency + Math.floor(bytes / memory.bytesPerCycle);
}
