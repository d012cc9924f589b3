/**
 * The strings of a constant string tensor: an int32 count, count + 1 int32 offsets from the buffer's start, the characters
 * (LiteRT, string_util.h). `undefined` unless the buffer is exactly what `packStrings` makes of them.
 */
export function unpackStrings(data: Uint8Array): readonly Uint8Array[] | undefined {
  if (data.length < 8) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = view.getInt32(0, true);
  const start = 4 * (count + 2);
  if (count < 0 || start > data.length || view.getInt32(4, true) !== start) return undefined;
  const strings: Uint8Array[] = [];
  for (let index = 0, from = start; index < count; index++) {
    const to = view.getInt32(8 + 4 * index, true);
    if (to < from || to > data.length) return undefined;
    strings.push(data.slice(from, to));
    from = to;
  }
  return view.getInt32(4 + 4 * count, true) === data.length ? strings : undefined;
}

/** The buffer of a constant string tensor. */
export function packStrings(strings: readonly Uint8Array[]): Uint8Array {
  const start = 4 * (strings.length + 2);
  const data = new Uint8Array(strings.reduce((sum, string) => sum + string.length, start));
  const view = new DataView(data.buffer);
  view.setInt32(0, strings.length, true);
  view.setInt32(4, start, true);
  let at = start;
  strings.forEach((string, index) => {
    data.set(string, at);
    at += string.length;
    view.setInt32(8 + 4 * index, at, true);
  });
  return data;
}
