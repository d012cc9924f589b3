import type { Tensor } from '../graph/graph.ts';
import { narrowEntry, streamHeader, wideEntry } from '../kernels/decode-format.ts';
import { bytesOfElements, type Encoding, joined, rawElements } from './encoding.ts';
import { huffmanTables } from './huffman-tables.ts';
import { type HuffmanTree, huffmanTree } from './huffman-tree.ts';

/** What a look-up in a decoding table is worth in bytes of flash: it takes some twenty instructions at every inference. */
export const defaultLookupBytes = 1 / 32;

/**
 * An int8 or int16 tensor as Huffman codes, with the decoding tables behind the header; `undefined` for other types.
 * `lookupBytes` is what a look-up less at every inference is worth in bytes of tables: 0 gives the smallest tables.
 */
export function encodeHuffman(tensor: Tensor, lookupBytes: number = defaultLookupBytes): Encoding | undefined {
  if (tensor.dtype !== 'int8' && tensor.dtype !== 'int16') return undefined;
  const elements = rawElements(tensor) as Uint8Array | Uint16Array | undefined;
  if (elements === undefined || elements.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const symbol of elements) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const tree = huffmanTree(counts);
  const narrow = tensor.dtype === 'int8' ? huffmanTables(tree, narrowEntry, lookupBytes) : undefined;
  const tables = narrow ?? huffmanTables(tree, wideEntry, lookupBytes);
  if (tables === undefined) return undefined;
  const entries = narrow === undefined ? Uint32Array.from(tables.entries) : Uint16Array.from(tables.entries);
  const parameters = ((tables.initialBits - 1) << 4) | (narrow === undefined ? 1 : 0);
  return {
    kind: 'huffman',
    encoded: codeStream(elements, tree),
    ancillary: joined(streamHeader('huffman', parameters), bytesOfElements(entries)),
  };
}

/** The codes of the elements in words of 32 bits; the decoder looks at up to 15 bits after the last. */
function codeStream(elements: Uint8Array | Uint16Array, tree: HuffmanTree): Uint8Array {
  const codes = new Map<number, readonly number[]>();
  const collect = (node: HuffmanTree, code: readonly number[]): void => {
    if ('symbol' in node) codes.set(node.symbol, code);
    else {
      node.next.forEach((child, bit) => {
        collect(child, [...code, bit]);
      });
    }
  };
  collect(tree, []);
  let bits = 0;
  for (const element of elements) bits += codes.get(element)?.length ?? 0;
  const stream = new Uint8Array(4 * Math.ceil((bits + lookAheadBits) / 32));
  let position = 0;
  for (const element of elements) {
    for (const bit of codes.get(element) ?? []) {
      if (bit === 1) stream[position >> 3] = (stream[position >> 3] ?? 0) | (0x80 >> (position & 7));
      position++;
    }
  }
  return stream;
}
const lookAheadBits = 15;
