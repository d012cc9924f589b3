import { countMask, type HuffmanEntryFormat, headerBytes, narrowEntry, wideEntry } from './decode-format.ts';
import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';
import type { TypedArray } from './values.ts';

/**
 * Elements as Huffman codes, most significant bit first in the bytes of the stream. A table is indexed by as many bits as it has; its entry is a symbol
 * and how many of the bits were the code's (the rest is put back), or how many bits, and how far on, a further table has.
 * Source: lite/micro/kernels/decode_state_huffman.cc of tensorflow/tflite-micro 90b983c.
 * Gives how many table entries were looked at.
 * @throws UserError where the device would read outside the stream or the tables, or decodes no such type
 */
export function decodeHuffman(
  node: Pick<Node, 'where'>,
  encoded: Uint8Array,
  ancillary: Uint8Array,
  to: TypedArray,
): number {
  const parameters = ancillary[5] ?? 0;
  const format = parameters & 1 ? wideEntry : narrowEntry;
  if (format === narrowEntry && !(to instanceof Int8Array)) {
    refuse(node, 'its table of 16 bits decodes int8 alone');
  }
  if (!(to instanceof Int8Array || to instanceof Int16Array)) refuse(node, 'it decodes int8 and int16 alone');
  const entries = entriesOf(ancillary.subarray(headerBytes), format);
  const initialBits = (parameters >> 4) + 1;
  const totalBits = 8 * encoded.length;
  let position = 0;
  let lookups = 0;
  const next = (bits: number): number => {
    let value = 0;
    for (let taken = 0; taken < bits; ) {
      const offset = position & 7;
      const some = Math.min(8 - offset, bits - taken);
      // Bits after the end are looked at, and put back.
      const byte = encoded[position >> 3] ?? 0;
      value = (value << some) | ((byte >> (8 - offset - some)) & ((1 << some) - 1));
      taken += some;
      position += some;
    }
    return value;
  };
  for (let index = 0; index < to.length; index++) {
    let bits = initialBits;
    let at = next(bits);
    let entry = entries[at];
    lookups++;
    while (entry !== undefined && (entry & format.symbolFlag) === 0) {
      bits = ((entry >>> format.countShift) & countMask) + 1;
      at += (entry & format.valueMask) + next(bits);
      entry = entries[at];
      lookups++;
      if (position > totalBits + 32) refuse(node, 'its stream of codes is too short');
    }
    if (entry === undefined) refuse(node, 'its codes lead out of its tables');
    to[index] = entry;
    const used = (entry >>> format.countShift) & countMask;
    if (bits > used) position -= bits - used;
    if (position > totalBits) refuse(node, 'its stream of codes is too short');
  }
  return lookups;
}

function entriesOf(bytes: Uint8Array, format: HuffmanEntryFormat): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: Math.floor(bytes.length / format.bytes) }, (_, index) =>
    format.bytes === 2 ? view.getUint16(2 * index, true) : view.getUint32(4 * index, true),
  );
}
