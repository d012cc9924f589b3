/** A Golomb-Rice code: `low` bits after a unary part, which ends with the second bit where it is truncated; `plain` has no unary part. */
interface Code {
  readonly low: number;
  readonly form: 'open' | 'truncated' | 'plain';
}

/** Values from `start` to `end` in one code. */
interface Stretch {
  readonly code: Code;
  readonly start: number;
  readonly end: number;
}

const headerBits = 23;
/** Values of a slice: its length has 15 bits. */
const longestSlice = 2 ** 15 - 1;
/** Bits that the search takes a change of the code for. */
const changeBits = 40;
/** Bits that it takes a plain value for where none may be plain. */
const forbiddenBits = 100;
const longestUnary = 31;
/** Values whose bits are looked up. */
const largestInTable = 1023;
const widths = [0, 1, 2, 3, 4, 5];
const runCodes: readonly Code[] = [0, 1, 2, 3].map((low) => ({ low, form: 'open' }));

/** Bits of ranks, and of the zero runs between them, in slices: a new one wherever the code of either changes. */
export function slicesBits(ranks: Int32Array, plainBits: number | undefined, runs: Int32Array | undefined): number {
  const codes: readonly Code[] = [
    ...widths.map((low): Code => ({ low, form: 'open' })),
    ...widths.map((low): Code => ({ low, form: 'truncated' })),
    { low: plainBits ?? forbiddenBits, form: 'plain' },
  ];
  const ofRanks = stretches(ranks, codes);
  const ofRuns = runs === undefined ? [] : stretches(runs, runCodes);
  const ends = new Set([...ofRanks, ...ofRuns].map(({ end }) => Math.min(end, ranks.length)));
  let start = 0;
  let bits = 0;
  for (const end of [...ends].sort((a, b) => a - b)) {
    bits += headerBits * Math.max(1, Math.ceil((end - start) / longestSlice));
    bits += codedBits(ranks, start, end, codeAt(ofRanks, start));
    // The first slice has the run before its first value too.
    if (runs !== undefined) bits += codedBits(runs, start === 0 ? 0 : start + 1, end + 1, codeAt(ofRuns, start));
    start = end;
  }
  return bits;
}

const codeAt = (all: readonly Stretch[], at: number): Code | undefined =>
  (all.find(({ start, end }) => at >= start && at < end) ?? all.at(-1))?.code;

/** Unary parts come in words of 12 bits, those of runs with 3 low bits of 8: the last is filled. */
function codedBits(values: Int32Array, start: number, end: number, code: Code | undefined): number {
  if (code === undefined || end <= start) return 0;
  const { low, form } = code;
  if (form === 'plain') return (end - start) * low;
  const isRun = runCodes.includes(code);
  const word = isRun && low === 3 ? 8 : 12;
  let symbols = 0;
  let more = 0;
  for (let index = start; index < end; index += 1) {
    const unary = (values[index] ?? 0) >> low;
    if (isRun) symbols += unary + 1;
    else {
      // Of the unary part of a value every other bit is in the words, the others come after them.
      symbols += form === 'truncated' ? 1 : (unary >> 1) + 1;
      more += form === 'truncated' ? Math.min(unary, 1) : (unary + 1) >> 1;
    }
  }
  return Math.ceil(symbols / word) * word + more + (end - start) * low;
}

/** Bits of a value; `undefined` where the code has none for it. */
function bitsOf(value: number, { low, form }: Code, isRun: boolean): number | undefined {
  if (form === 'plain') return low;
  const unary = value >> low;
  if (form === 'truncated') return unary > 2 ? undefined : Math.min(unary + 1, 2) + low;
  return !isRun && unary > longestUnary ? undefined : unary + 1 + low;
}

/**
 * Where codes change: Vela goes through the values once, keeps count of what each code would have taken, and changes when another would have saved more than a change costs up to the value before.
 */
function stretches(values: Int32Array, codes: readonly Code[]): readonly Stretch[] {
  const isRun = codes === runCodes;
  const totals = new Float64Array(codes.length);
  const resets = new Int32Array(codes.length);
  const could = new Uint8Array(codes.length);
  const found: Stretch[] = [];
  const largest = Math.min(
    largestInTable,
    values.reduce((most, value) => (value > most ? value : most), 0),
  );
  const table = codes.map((code) =>
    Int32Array.from({ length: largest + 1 }, (_, value) => bitsOf(value, code, isRun) ?? -1),
  );
  let active = -1;
  let activeTotal = 0;
  const push = (index: number, end: number): void => {
    const code = codes[index];
    if (code !== undefined) found.push({ code, start: found.at(-1)?.end ?? 0, end });
  };
  for (let at = 0; at < values.length; at += 1) {
    let best = 0;
    let bestTotal = Number.POSITIVE_INFINITY;
    const value = values[at] ?? 0;
    for (let index = 0; index < table.length; index += 1) {
      // Only runs are longer than the table, and every code has bits for those.
      const bits = value <= largest ? (table[index]?.[value] ?? -1) : (value >> index) + 1 + index;
      if (bits < 0) {
        resets[index] = at + 1;
        totals[index] = (totals[index] ?? 0) + changeBits;
        could[index] = 0;
        continue;
      }
      const total = (could[index] === 1 ? (totals[index] ?? 0) : activeTotal) + bits;
      totals[index] = total;
      could[index] = 1;
      if (total < bestTotal) {
        bestTotal = total;
        best = index;
      }
    }
    const must = active < 0 || could[active] === 0;
    if (must || (best !== active && bestTotal + changeBits < activeTotal)) {
      const wasBetterAllAlong =
        (totals[best] ?? 0) < (totals[active] ?? 0) && (resets[best] ?? 0) <= (resets[active] ?? 0);
      if (active >= 0 && !wasBetterAllAlong) push(active, at);
      active = best;
    }
    activeTotal = totals[active] ?? 0;
  }
  push(active, values.length);
  return found;
}
