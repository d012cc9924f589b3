import { roundUp } from './block.ts';
import type { Part } from './cycles.ts';
import type { Channel } from './transfer.ts';

/** What is known of an operation when it is decided whether its weights move to SRAM before they are used. */
export interface WeightQuestion {
  readonly bytes: number;
  /** Bytes of those of so many channels from one on. */
  readonly bytesOf: (first: number, channels: number) => number;
  /** How often the operation reads all of them. */
  readonly passes: number;
  readonly channels: number;
  readonly blockChannels: number;
  /** Cycles of the operation, of it for so many channels, and of the operation before it (0 for the first). */
  readonly cycles: number;
  readonly cyclesFor: (channels: number, part: Part) => number;
  readonly slack: number;
  readonly isFirst: boolean;
  /** Cycles of reading its input, cut into pieces of so many channels. */
  readonly inputCyclesFor: (pieces: readonly number[]) => number;
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
  /** Bytes of the buffer that the last part is in: it is held until the next operation begins. */
  readonly lastBytes: number;
  readonly slices: number;
  /** Cycles of the last part: the time in which the next operation's weights can arrive. */
  readonly lastCycles: number;
  /** The first part arrives while the operation before it runs. */
  readonly isAhead: boolean;
}

/** Output channels of the smallest piece that weights are cut into. */
const smallestPiece = 16;
/** Cycles that may be lost where nothing ran before: Vela counts so many as noise. */
const grace = 1000;

/** Cycles of moving bytes from the store to SRAM: both ends have to keep up. */
export function moveCycles(bytes: number, { store, sram }: Pick<WeightQuestion, 'store' | 'sram'>): number {
  const leaving = store.readLatency + Math.floor(bytes / store.moveRate);
  const arriving = sram.writeLatency + Math.floor(bytes / sram.writeRate);
  return Math.max(leaving, arriving);
}

const readCycles = (bytes: number, memory: Channel): number => memory.readLatency + bytes / memory.weightRate;

/** A question with what follows from it before anything is cut. */
interface Prospect extends WeightQuestion {
  /** Cycles of all weights: moved once, and read as often as the operation does from where they are, and from SRAM. */
  readonly moving: number;
  readonly reading: { readonly store: number; readonly sram: number };
  /** The operation keeps the NPU longer than its weights take to read. */
  readonly isBusy: boolean;
  /** The first operation, and its weights so small or so often read that waiting for a piece of them is nothing. */
  readonly mayStartLate: boolean;
}

/** The register of an output's depth has 16 bits (Arm's Ethos-U register specification, NPU_SET_OFM_DEPTH_M1); a file may state billions. */
const mostChannels = 2 ** 16;

/**
 * Whether and how weights are buffered in SRAM: where that hides reading them from slower memory. The thresholds are those of Vela's scheduler
 * (`Scheduler::ProposeSlicedWeightBuffering` of its compilation core), the result has been compared with its figures on 154 models (bench/estimates/ethos-u.ts).
 * @returns `undefined` when they are read from where they are.
 */
export function weightBuffer(question: WeightQuestion): WeightBuffer | undefined {
  if (question.channels > mostChannels) return undefined;
  const prospect = prospectOf(question);
  if (prospect.reading.sram >= prospect.reading.store || !isPromising(prospect)) return undefined;
  const pieces = piecesOf(prospect);
  const sizes = sizesOf(question, pieces);
  const parts = roomFor(sizes, question.freeBytes);
  if (parts === undefined) return undefined;
  const course = courseOf(prospect, pieces, sizes, parts[1] > 0);
  if (!pays(prospect, course, pieces)) return undefined;
  return {
    parts,
    firstBytes: sizes[0] ?? question.bytes,
    lastBytes: parts[1] > 0 && pieces.length % 2 === 0 ? parts[1] : parts[0],
    slices: pieces.length,
    lastCycles: course.lastCycles,
    isAhead: !question.isFirst,
  };
}

/** Bytes of each piece. */
function sizesOf({ bytes, bytesOf }: WeightQuestion, pieces: readonly number[]): readonly number[] {
  if (pieces.length === 1) return [bytes];
  let first = 0;
  return pieces.map((piece) => {
    first += piece;
    return bytesOf(first - piece, piece);
  });
}

function prospectOf(question: WeightQuestion): Prospect {
  const { bytes, passes, cycles, isFirst, sram, store } = question;
  const moving = moveCycles(bytes, question);
  const reading = { store: passes * readCycles(bytes, store), sram: passes * readCycles(bytes, sram) };
  const shortest = shortestMove(question, moving);
  return {
    ...question,
    moving,
    reading,
    isBusy: cycles > reading.store,
    mayStartLate: isFirst && passes > 1 && (shortest <= grace || shortest < reading.store / 10),
  };
}

/** Cycles of moving the smallest piece. */
const shortestMove = ({ channels }: WeightQuestion, moving: number): number =>
  (moving * Math.min(channels, smallestPiece)) / channels;

/** Any of four reasons to try. */
function isPromising(prospect: Prospect): boolean {
  const { moving, reading, slack, channels, blockChannels, isFirst, passes, mayStartLate } = prospect;
  const isFaster = reading.sram + Math.max(0, moving - slack) < reading.store;
  const hasManyBlocks = Math.floor(channels / blockChannels) > 2;
  const hidesItsStart = !isFirst && passes > 1 && shortestMove(prospect, moving) < slack;
  return mayStartLate || isFaster || hasManyBlocks || hidesItsStart;
}

/** Two buffers that take turns where both fit, else one that every piece fits into; `undefined` where that does not fit either. */
function roomFor(sizes: readonly number[], freeBytes: number): readonly [number, number] | undefined {
  const turns = [0, 1].map((turn) => Math.max(0, ...sizes.filter((_, index) => index % 2 === turn)));
  const [one = 0, other = 0] = turns;
  if (sizes.length > 1 && one + other <= freeBytes) return [one, other];
  const single = Math.max(one, other);
  return single <= freeBytes ? [single, 0] : undefined;
}

/** How an operation with its weights in pieces goes. */
interface Course {
  /** Cycles of computing all pieces, of the last one, and those in which the NPU waits for weights. */
  readonly computing: number;
  readonly lastCycles: number;
  readonly waiting: number;
}

/** A piece is moved while the one before it is computed, where there are two buffers; the first while the operation before it runs. */
function courseOf(
  prospect: Prospect,
  pieces: readonly number[],
  sizes: readonly number[],
  takesTurns: boolean,
): Course {
  const partOf = (index: number): Part => (index === 0 ? 'first' : index === pieces.length - 1 ? 'last' : 'middle');
  const computing = pieces.map((piece, index) =>
    prospect.cyclesFor(piece, pieces.length === 1 ? 'whole' : partOf(index)),
  );
  const atFirst = prospect.isFirst ? (prospect.mayStartLate ? grace : 0) : prospect.slack;
  const waiting = sizes.map((size, index) => {
    const meanwhile = index === 0 ? atFirst : takesTurns ? (computing[index - 1] ?? 0) : 0;
    return Math.max(0, moveCycles(size, prospect) - meanwhile);
  });
  return { computing: sum(computing), lastCycles: computing.at(-1) ?? prospect.cycles, waiting: sum(waiting) };
}

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);

/** Whether an operation is no slower with weights in SRAM. Short waits beside a busy operation are taken for noise, and so is what a cut costs an operation that would wait for its start anyway. */
function pays(prospect: Prospect, { computing, waiting }: Course, pieces: readonly number[]): boolean {
  const { bytes, passes, cycles, inputCyclesFor, sram, moving, reading, isBusy, mayStartLate } = prospect;
  const fetches = passes * pieces.length;
  const buffered = fetches * readCycles((bytes * passes) / fetches, sram);
  const input = inputCyclesFor(pieces);
  const before = Math.max(cycles, reading.store, input);
  if (passes === 1 && moving + buffered > before) return false;
  const running = computing + waiting;
  const after = Math.max(running, buffered, input);
  if (!isBusy) return after <= before;
  const awake = after - (Math.floor(waiting / pieces.length) < grace ? waiting : 0);
  const noise = mayStartLate && pieces.length > 1 && running === awake ? (pieces.length * grace) / 2 : 0;
  return awake - noise <= before;
}

/** Output channels of each piece: as many in the first as can be moved in time, then as many as can be moved while the first is computed. */
function piecesOf(prospect: Prospect): readonly number[] {
  const { bytes, channels, blockChannels, freeBytes, moving, cyclesFor } = prospect;
  const inHalf = freeBytes / 2 / bytes;
  const share = Math.min(firstShare(prospect), inHalf);
  const first = Math.max(roundDown(Math.floor(channels * share), smallestPiece), smallestPiece);
  if (share >= 1 || first >= channels) return [channels];
  const inTime = Math.floor((channels * cyclesFor(first, 'first')) / moving);
  const blocks = roundUp(Math.max(inTime, smallestPiece), blockChannels);
  const fitting = blocks / channels > inHalf ? Math.floor(channels * inHalf) : blocks;
  const next = Math.max(roundDown(fitting, fitting > blockChannels ? blockChannels : smallestPiece), smallestPiece);
  const count = Math.ceil((channels - first) / next);
  return [first, ...Array.from({ length: count }, (_, index) => Math.min(next, channels - first - index * next))];
}

/** Share of the channels that can be moved while the operation before runs, at least a piece; all where next to none would be left. A busy operation is cut in halves rather than in a large part and a small one. */
function firstShare({ channels, slack, moving, isBusy }: Prospect): number {
  const piece = Math.min(smallestPiece / channels, 1);
  const inTime = Math.min(slack / moving, 1);
  const wanted = 1 - roundDown(inTime, piece) < piece / 2 ? 1 : inTime;
  if (!isBusy || wanted <= 0.5 || wanted === 1) return Math.max(wanted, piece);
  const half = roundUp(Math.floor(channels / 2), smallestPiece) / channels;
  return Math.max(Math.min(Math.max(half, 0.5), 1), piece);
}

const roundDown = (value: number, to: number): number => Math.floor(value / to) * to;
