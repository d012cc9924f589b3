/** A code: a symbol at its end, or what follows a 0 and a 1. `weight` counts how often it is passed. */
export type HuffmanTree =
  | { readonly weight: number; readonly symbol: number }
  | { readonly weight: number; readonly next: readonly [HuffmanTree, HuffmanTree] };

/**
 * The tree of a shortest prefix code for these symbols and counts, in canonical form: short codes first, then by symbol. Canonical trees keep codes of
 * similar length together, which makes decoding tables small. The same counts give the same tree on every machine.
 * @throws RangeError without symbols
 */
export function huffmanTree(counts: ReadonlyMap<number, number>): HuffmanTree {
  const lengths = codeLengths(counts);
  const ordered = [...lengths].sort(([a, first], [b, second]) => first - second || a - b);
  let next = 0;
  const build = (depth: number): HuffmanTree => {
    const [symbol, length] = ordered[next] ?? noSymbols();
    if (length === depth) {
      next++;
      return { weight: counts.get(symbol) ?? 0, symbol };
    }
    const zero = build(depth + 1);
    const one = build(depth + 1);
    return { weight: zero.weight + one.weight, next: [zero, one] };
  };
  return build(0);
}

/** Length in bits of every symbol's code, by Huffman's method with two queues; 0 for a symbol that is alone. */
function codeLengths(counts: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  interface Group {
    readonly weight: number;
    readonly symbols: readonly number[];
  }
  const lengths = new Map([...counts.keys()].map((symbol) => [symbol, 0]));
  const single: Group[] = [...counts]
    .sort(([a, first], [b, second]) => first - second || a - b)
    .map(([symbol, weight]) => ({ weight, symbols: [symbol] }));
  const merged: Group[] = [];
  let [nextSingle, nextMerged] = [0, 0];
  const lightest = (): Group => {
    const [one, other] = [single[nextSingle], merged[nextMerged]];
    if (one !== undefined && (other === undefined || one.weight <= other.weight)) {
      nextSingle++;
      return one;
    }
    nextMerged++;
    return other ?? noSymbols();
  };
  for (let left = counts.size; left > 1; left--) {
    const [a, b] = [lightest(), lightest()];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths.set(symbol, (lengths.get(symbol) ?? 0) + 1);
    merged.push({ weight: a.weight + b.weight, symbols });
  }
  return lengths;
}

function noSymbols(): never {
  throw new RangeError('a Huffman code needs symbols');
}
