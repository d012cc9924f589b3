import { roundUp } from './block.ts';
import type { Channel, Part } from './cycles.ts';

/** What is known of an operation when it is decided whether its weights move to SRAM before they are used. */
export interface WeightQuestion {
  readonly bytes: number;
  /** How often the operation reads all of them. */
  readonly passes: number;
  readonly channels: number;
  readonly blockChannels: number;
  /** Cycles of the operation, of it for so many channels, and of the operation before it (0 for the first). */
  readonly cycles: number;
  readonly cyclesFor: (channels: number, part: Part) => number;
  readonly slack: number;
  readonly isFirst: boolean;
  readonly inputCycles: number;
  readonly sram: Channel;
  readonly store: Channel;
  /** SRAM that is free. */
  readonly freeBytes: number;
}

/** Weights in SRAM: cut by channels, so that one part is read while the next arrives. */
export interface WeightBuffer {
  /** Bytes of the first part and of the second; 0 where there is one part. */
  readonly parts: readonly [number, number];
  readonly firstBytes: number;
  readonly slices: number;
  /** Cycles of the last part: the time in which the next operation's weights can arrive. */
  readonly lastCycles: number;
  /** The first part arrives while the operation before it runs. */
  readonly isAhead: boolean;
}

const splitDepth = 16;
/** The register of an output's depth has 16 bits (Arm's Ethos-U register specification, NPU_SET_OFM_DEPTH_M1). */
const mostChannels = 2 ** 16;
/** Cycles at the start of an operation that Vela counts as noise. */
const startup = 1000;

/** Cycles of moving bytes from the store to SRAM. */
export function moveCycles(bytes: number, { store, sram }: Pick<WeightQuestion, 'store' | 'sram'>): number {
  return Math.max(
    Math.floor(bytes / store.moveRate) + store.readLatency,
    Math.floor(bytes / sram.writeRate) + sram.writeLatency,
  );
}

const readCycles = (bytes: number, memory: Channel): number => bytes / memory.weightRate + memory.readLatency;

/**
 * Whether and how weights are buffered in SRAM: where that hides reading them from slower memory, as Vela's scheduler decides (`ProposeSlicedWeightBuffering`).
 * @returns `undefined` when they are read from where they are.
 */
export function weightBuffer(question: WeightQuestion): WeightBuffer | undefined {
  const { bytes, passes, channels, blockChannels, cycles, slack, isFirst, sram, store, freeBytes } = question;
  if (channels > mostChannels) return undefined;
  const unmoved = readCycles(bytes, store) * passes;
  const buffered = readCycles(bytes, sram) * passes;
  if (buffered >= unmoved) return undefined;
  const move = moveCycles(bytes, question);
  const smallest = (move * Math.min(channels, splitDepth)) / channels;
  const force = isFirst && passes > 1 && (smallest < unmoved / 10 || smallest <= startup);
  const isDominated = cycles > unmoved;
  const worthwhile =
    force ||
    buffered + Math.max(0, move - slack) < unmoved ||
    Math.floor(channels / blockChannels) > 2 ||
    (!isFirst && smallest < slack && passes > 1);
  if (!worthwhile) return undefined;

  const slices = sliceDepths(question, move, isDominated);
  const sizes = slices.map((depth) => roundUp((bytes * depth) / channels, 16));
  const even = Math.max(...sizes.filter((_, index) => index % 2 === 0));
  const odd = Math.max(0, ...sizes.filter((_, index) => index % 2 === 1));
  const isDouble = slices.length > 1 && even + odd <= freeBytes;
  const parts: readonly [number, number] = isDouble ? [even, odd] : [Math.max(even, odd), 0];
  if (parts[0] + parts[1] > freeBytes) return undefined;

  let hidden = isFirst ? (force ? startup : 0) : slack;
  let visible = 0;
  let run = 0;
  let lastCycles = cycles;
  slices.forEach((depth, index) => {
    visible += Math.max(0, moveCycles(sizes[index] ?? 0, question) - hidden);
    const own =
      slices.length === 1
        ? cycles
        : question.cyclesFor(depth, index === 0 ? 'first' : index === slices.length - 1 ? 'last' : 'middle');
    run += own;
    lastCycles = own;
    hidden = isDouble ? own : 0;
  });
  const fetches = passes * slices.length;
  const reading = readCycles((bytes * passes) / fetches, sram) * fetches;
  const before = Math.max(cycles, unmoved, question.inputCycles);
  let after = Math.max(run + visible, reading, question.inputCycles);
  if (isDominated) {
    if (visible / slices.length < startup) after -= visible;
    if (slices.length > 1 && force) after -= (slices.length * startup) / 2;
  }
  if (before < after || (passes === 1 && move + reading > before)) return undefined;
  return { parts, firstBytes: sizes[0] ?? bytes, slices: slices.length, lastCycles, isAhead: !isFirst };
}

/** Channels of each part. */
function sliceDepths(
  { bytes, channels, blockChannels, slack, freeBytes, cyclesFor }: WeightQuestion,
  move: number,
  isDominated: boolean,
): readonly number[] {
  const least = Math.min(splitDepth / channels, 1);
  const half = Math.min(freeBytes / 2 / bytes, 1);
  const moved = Math.min(slack / move, 1);
  const aligned = Math.floor(moved / least) * least;
  let share = 1 - aligned < least / 2 ? 1 : moved;
  if (isDominated && share > 0.5 && share < 1) {
    share = Math.min(1, Math.max(0.5, roundUp(Math.floor(channels / 2), splitDepth) / channels));
  }
  share = Math.min(Math.max(share, least), half);
  const first = Math.max(Math.floor(Math.floor(channels * share) / splitDepth) * splitDepth, splitDepth);
  if (share >= 1 || first >= channels) return [channels];
  let depth = Math.floor((channels * cyclesFor(first, 'first')) / move);
  depth = roundUp(Math.max(depth, splitDepth), blockChannels);
  if ((depth / channels) * bytes > freeBytes / 2) depth = Math.floor((freeBytes / 2 / bytes) * channels);
  const grain = depth > blockChannels ? blockChannels : splitDepth;
  depth = Math.max(Math.floor(depth / grain) * grain, splitDepth);
  const rest = channels - first;
  const whole = Math.floor(rest / depth);
  return [first, ...new Array<number>(whole).fill(depth), ...(rest % depth === 0 ? [] : [rest % depth])];
}
