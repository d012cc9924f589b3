import { countMask, type HuffmanEntryFormat } from '../kernels/decode-format.ts';
import type { HuffmanTree } from './huffman-tree.ts';

/** Tables that decode a code: the first is indexed by `initialBits` bits, further ones follow it. */
export interface HuffmanTables {
  readonly initialBits: number;
  readonly entries: readonly number[];
}

/**
 * The tables of a code that cost least, where a byte costs 1 and a look-up `lookupBytes`: how many bits each table takes is chosen over all possibilities.
 * `undefined` where a further table would be farther away than an entry of this format can say.
 *
 *     00…  a        table of 2 bits: a a b →      table of 1 bit: c d
 *     01…  b
 *     1…   → next
 */
export function huffmanTables(
  tree: HuffmanTree,
  format: HuffmanEntryFormat,
  lookupBytes: number,
): HuffmanTables | undefined {
  const chosen = new Map<HuffmanTree, { readonly bits: number; readonly cost: number }>();
  const choose = (node: HuffmanTree): { readonly bits: number; readonly cost: number } => {
    const known = chosen.get(node);
    if (known !== undefined) return known;
    let best = { bits: 1, cost: Number.POSITIVE_INFINITY };
    let level: readonly HuffmanTree[] = [node];
    for (let bits = 1; bits <= countMask && level.length > 0; bits++) {
      level = level.flatMap((each) => ('next' in each ? each.next.filter((child) => 'next' in child) : []));
      const further = level.reduce((sum, each) => sum + choose(each).cost, 0);
      const cost = format.bytes * 2 ** bits + lookupBytes * node.weight + further;
      if (cost < best.cost) best = { bits, cost };
    }
    chosen.set(node, best);
    return best;
  };

  const entries: number[] = [];
  let isReachable = true;
  const write = (node: HuffmanTree): number => {
    const start = entries.length;
    const { bits } = choose(node);
    for (let index = 0; index < 2 ** bits; index++) entries.push(0);
    const fill = (each: HuffmanTree, depth: number, index: number): void => {
      if ('symbol' in each) {
        const entry = (format.symbolFlag | (depth << format.countShift) | (each.symbol & format.valueMask)) >>> 0;
        entries.fill(entry, start + index, start + index + 2 ** (bits - depth));
      } else if (depth < bits) {
        each.next.forEach((child, branch) => {
          fill(child, depth + 1, index + branch * 2 ** (bits - depth - 1));
        });
      } else {
        const at = start + index;
        const distance = write(each) - at;
        if (distance > format.valueMask) isReachable = false;
        entries[at] = (((choose(each).bits - 1) << format.countShift) | distance) >>> 0;
      }
    };
    fill(node, 0, 0);
    return start;
  };
  write(tree);
  return isReachable ? { initialBits: choose(tree).bits, entries } : undefined;
}
