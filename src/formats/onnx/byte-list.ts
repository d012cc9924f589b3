/** Bytes that grow at their end; one piece is kept without a copy. */
export interface ByteList {
  bytes: Uint8Array;
  length: number;
}

/** A list that starts with `bytes`, which it does not copy until more is appended. */
export function byteList(bytes: Uint8Array): ByteList {
  return { bytes, length: bytes.length };
}

/** Appends `more`; amortised linear time. */
export function appendBytes(list: ByteList, more: Uint8Array): void {
  const length = list.length + more.length;
  if (length > list.bytes.length) {
    const grown = new Uint8Array(Math.max(length, list.bytes.length * 2, 64));
    grown.set(list.bytes.subarray(0, list.length));
    list.bytes = grown;
  }
  list.bytes.set(more, list.length);
  list.length = length;
}

/** What the list holds. */
export function listedBytes(list: ByteList): Uint8Array {
  return list.bytes.subarray(0, list.length);
}
