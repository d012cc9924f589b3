import type { Block } from './block.ts';
import { blockCycles, type Timing } from './multipliers.ts';
import { clip, elementsOf, type NpuOperation, over } from './npu-operation.ts';
import { type Channel, transferBytes } from './transfer.ts';

/** Where an operation reads and writes. */
export interface Places {
  readonly input: Channel;
  readonly output: Channel;
  /** Where the unit reads weights, biases and scales from. */
  readonly weights: Channel;
}

/** Which part of an operation: cut by channels, only the first part waits for its input, and only the last for its output. */
export type Part = 'whole' | 'first' | 'middle' | 'last';

/**
 * Cycles of one operation while all its data is at hand: the multipliers and the output unit work at once, a block apart, and neither is faster than blocks are issued. Rates and delays are those of Vela's
 * performance estimation (`ethos_u55_performance.cpp` and `ethos_u85_performance.cpp` of its compilation core).
 */
export function operationCycles(
  operation: NpuOperation,
  block: Block,
  timing: Timing,
  places: Places,
  part: Part = 'whole',
): number {
  if (operation.kind === 'elementwise') return elementwiseCycles(operation, block, timing, places);
  const size = clip(operation.ofm, block.ofm);
  const blocks = elementsOf(over(operation.ofm, block.micro)) / elementsOf(over(size, block.micro));
  const load = inputBlockCycles(operation, block, timing, places.input);
  const store = outputBlockCycles(operation, block, timing, places.output);
  const multiplying = blockCycles(operation, block, timing);
  const writing = Math.max(
    Math.ceil(outputCycles(operation, block, timing) * elementsOf(size)),
    biasCycles(operation, size.c, places.weights),
  );
  // A block is issued in a quarter of what it keeps the units busy for, and of what its transfers differ by where there is more than one.
  const issuing = (multiplying + writing + (blocks > 1 ? Math.abs(store - load) : 0)) / 4;
  const [multipliers, output] = [Math.max(multiplying, issuing), Math.max(writing, issuing)];
  const ends = { first: part === 'whole' || part === 'first', last: part === 'whole' || part === 'last' };
  const steady =
    multipliers > output ? Math.floor(multipliers * blocks) + (ends.last ? output : 0) : output * blocks + multipliers;
  return Math.floor(steady + (ends.first ? load : 0) + (ends.last ? store : 0));
}

/** Ten bytes of bias and scale for each channel of a block, in bursts of 256. */
function biasCycles({ kind }: NpuOperation, channels: number, weights: Channel): number {
  const hasBias = kind === 'convolution' || kind === 'depthwise' || kind === 'dense';
  return hasBias ? (10 * channels * weights.readLatency) / 256 : 0;
}

function elementwiseCycles(operation: NpuOperation, block: Block, timing: Timing, places: Places): number {
  const { h, w, c } = operation.ofm;
  // In groups of 16 channels what is missing in the last one is written too.
  const elements = h * w * (operation.isOutputLinear === true ? c : Math.ceil(c / 16) * 16);
  const each = outputCycles(operation, block, timing);
  const transfer = Math.max(
    inputBlockCycles(operation, block, timing, places.input),
    outputBlockCycles(operation, block, timing, places.output),
  );
  const issuing = (each + transfer / elementsOf(block.ofm)) / 4;
  return Math.max(Math.ceil(each * elements), Math.ceil(issuing * elements));
}

/** What `output` of an Ethos-U55 or U65 in architectures.json lists, in its order. */
const outputRates = [
  'unary of 32 bits',
  'binary of 32 bits',
  'product of 32 bits',
  'product',
  'plain sum',
  'sum',
  'maximum',
  'other',
] as const;

/** Cycles of the output unit for one element. */
function outputCycles(operation: NpuOperation, block: Block, timing: Timing): number {
  // An Ethos-U85 lists one for results of 8, 16 and 32 bits.
  if (timing.isU85) return timing.output[Math.log2(operation.outputBits / 8)] ?? 0;
  const rate = timing.output[outputRates.indexOf(outputRate(operation, block))] ?? 0;
  const after = { lut: 0, clamp: 1, none: 2 } as const;
  return Math.max(rate, timing.activation[after[operation.activation]] ?? 0);
}

function outputRate(
  { kind, output, ifm2, inputBits, outputBits }: NpuOperation,
  block: Block,
): (typeof outputRates)[number] {
  const isElementwise = kind === 'elementwise';
  if (isElementwise && inputBits === 32) return ifm2 === undefined ? 'unary of 32 bits' : 'binary of 32 bits';
  if (output === 'multiply') return outputBits === 32 ? 'product of 32 bits' : 'product';
  // Accumulators of 40 bits are read as slowly as products.
  if (!isElementwise && block.wideAccumulator) return 'product';
  if (output === 'add') return 'sum';
  return output === 'max-pool' ? 'maximum' : 'other';
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
