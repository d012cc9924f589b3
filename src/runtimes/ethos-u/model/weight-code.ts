import { slicesBits } from './weight-slices.ts';

/** Values that share a palette: Vela codes a stream in sections of so many. */
export const sectionValues = 128 * 1024;

/** Bits of a slice's header, and of the palette in the first one besides its entries. */
const headerBits = { slice: 23, palette: 13 };
const endBits = 3;
const paletteEntries = 32;
/** Values beyond this rank cannot be coded. */
const mostRanks = 512;

/**
 * Bits that a section of weights takes as an Ethos-U reads them: ranks in a palette, in Golomb-Rice codes that change along the stream, and zeros as runs of their own where most of them come in runs.
 * The format, and by which rules its palette and codes are chosen, are those of Arm's weight encoder (mlw_codec of Vela 5.2.0).
 */
export function sectionBits(values: Int16Array): number {
  const counts = countsOf(values);
  const runs = zeroRuns(values);
  const zeros = counts[0] ?? 0;
  const mostCommon = counts.reduce((most, count, folded) => (folded === 0 ? most : Math.max(most, count)), 0);
  const hasRuns = runs >= Math.floor(zeros / 2) && zeros > 5 * mostCommon;
  const palette = paletteOf(counts, hasRuns);
  const isAllZeros = hasRuns && zeros === values.length;
  const coded =
    hasRuns && !isAllZeros ? values.filter((value) => value !== 0) : values.subarray(0, isAllZeros ? 1 : undefined);
  const ranks = Int32Array.from(coded, (value) => palette.ranks[fold(value)] ?? 0);
  return (
    headerBits.palette +
    palette.bits +
    slicesBits(ranks, palette.plainBits, hasRuns ? runLengths(values, isAllZeros) : undefined)
  );
}

/** Bytes of a coded stream: closed by a mark, and filled to 16. */
export const streamBytes = (bits: number): number => Math.ceil((bits + endBits) / 128) * 16;

/** Sign in the lowest bit. */
const fold = (value: number): number => (value < 0 ? -2 * value + 1 : 2 * value);

function countsOf(values: Int16Array): Int32Array {
  const counts = new Int32Array(mostRanks);
  for (const value of values) {
    const folded = fold(value);
    counts[folded] = (counts[folded] ?? 0) + 1;
  }
  return counts;
}

/** Zeros that stand beside another. */
function zeroRuns(values: Int16Array): number {
  let all = 0;
  let run = 0;
  for (let index = 0; index <= values.length; index += 1) {
    if (index < values.length && values[index] === 0) {
      run += 1;
      continue;
    }
    if (run >= 2) all += run;
    run = 0;
  }
  return all;
}

interface Palette {
  /** By folded value. */
  readonly ranks: Int16Array;
  /** Bits of its entries. */
  readonly bits: number;
  /** Bits of a value that is written as it is; `undefined` where that cannot be. */
  readonly plainBits: number | undefined;
}

/** The commonest values, where they are half of all; what is not among them counts on from their end. */
function paletteOf(counts: Int32Array, hasRuns: boolean): Palette {
  const used = Array.from(counts, (count, folded) => ({ folded, count: hasRuns && folded === 0 ? 0 : count })).filter(
    ({ count }) => count > 0,
  );
  const all = used.reduce((sum, { count }) => sum + count, 0);
  const largest = used.reduce((most, { folded }) => Math.max(most, folded), 0);
  const offset = used.length === 0 ? 0 : Math.min(31, used[0]?.folded ?? 0);
  const sorted = [...used].sort((a, b) => b.count - a.count || b.folded - a.folded);
  const holdsAll = sorted.length > 0 && sorted.length <= paletteEntries;
  const room = holdsAll ? paletteEntries : Math.min(paletteEntries, mostRanks - 1 - largest);
  const entries = sorted.slice(0, room === 1 ? 0 : room);
  const inPalette = entries.reduce((sum, { count }) => sum + count, 0);
  const isUsed = inPalette >= Math.floor(all / 2);
  // A palette has two entries at least.
  const size = isUsed ? (entries.length === 1 ? 2 : entries.length) : 0;
  const widest = isUsed ? entries.reduce((most, { folded }) => Math.max(most, folded), 0) : largest;
  const entryBits = Math.max(2, bitLength(widest));
  const ranks = Int16Array.from(counts, (_, folded) => Math.max(0, size - offset + folded));
  if (isUsed) for (const [rank, { folded }] of entries.entries()) ranks[folded] = rank;
  const plainBits = holdsAll ? bitLength(Math.max(0, size - 1)) : size === 0 ? entryBits : undefined;
  return { ranks, bits: size * entryBits, plainBits };
}

const bitLength = (value: number): number => (value === 0 ? 0 : Math.floor(Math.log2(value)) + 1);

/** Lengths of zero runs: one before each other value, and one after the last. */
function runLengths(values: Int16Array, isAllZeros: boolean): Int32Array {
  const lengths: number[] = [];
  let run = 0;
  for (const value of isAllZeros ? values.subarray(1) : values) {
    if (value === 0) run += 1;
    else {
      lengths.push(run);
      run = 0;
    }
  }
  return Int32Array.from(isAllZeros ? [0, run] : [...lengths, run]);
}
