/** Numbers of `bits` bits each, at most 24, one after the other, the most significant bit first; the last byte ends in zeros. */
export function packBits(numbers: ArrayLike<number>, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((numbers.length * bits) / 8));
  let held = 0;
  let count = 0;
  let at = 0;
  for (let index = 0; index < numbers.length; index++) {
    held = ((held << bits) | (numbers[index] ?? 0)) & 0x7fffffff;
    count += bits;
    while (count >= 8) {
      count -= 8;
      bytes[at++] = held >> count;
    }
  }
  if (count > 0) bytes[at] = held << (8 - count);
  return bytes;
}
