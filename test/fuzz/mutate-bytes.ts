import type { Random } from './random.ts';

/** What lengths, counts and offsets are set to: ends of ranges, and what a 1 KB file cannot hold. */
const words = [
  0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** The bytes after one to four changes of the kinds that break readers: values, lengths, cuts, repetitions, pieces moved and taken from `donor`. */
export function mutateBytes(bytes: Uint8Array, random: Random, donor: Uint8Array = bytes): Uint8Array {
  let mutated: Uint8Array = bytes.slice();
  for (let left = 1 + random.below(4); left > 0; left--) mutated = changed(mutated, random, donor);
  return mutated;
}

function changed(bytes: Uint8Array, random: Random, donor: Uint8Array): Uint8Array {
  if (bytes.length === 0) return donor.slice(0, 1 + random.below(16));
  const at = random.below(bytes.length);
  const length = 1 + random.below(Math.min(64, bytes.length - at));
  switch (random.below(9)) {
    case 0:
      bytes[at] = random.below(256);
      return bytes;
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 2:
      return setWord(bytes, at, random);
    case 3:
      return bytes.slice(0, at);
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 5:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 6: {
      const from = random.below(Math.max(1, donor.length));
      return joined(bytes.subarray(0, at), donor.subarray(from, from + length), bytes.subarray(at + length));
    }
    case 7:
      bytes.fill(random.pick([0, 0xff, 0x80, 0x7f]), at, at + length);
      return bytes;
    default:
      return joined(bytes, donor.subarray(random.below(Math.max(1, donor.length))));
  }
}

function setWord(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = random.pick([1, 2, 4, 4, 8]);
  if (at + size > bytes.length) return bytes;
  const word = random.pick(words);
  const little = !random.chance(4);
  if (size === 1) view.setUint8(at, word & 0xff);
  else if (size === 2) view.setUint16(at, word & 0xffff, little);
  else if (size === 4) view.setUint32(at, word, little);
  else view.setBigUint64(at, random.chance(2) ? BigInt(word) : 2n ** 63n - BigInt(word & 1), little);
  return bytes;
}

/** The parts behind one another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
