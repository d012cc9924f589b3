/** A `.npy` file as NumPy writes it. */
export function npy(
  descr: string,
  shape: readonly number[],
  content: ArrayBufferView,
  fortran = false,
  version = 1,
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const sizeBytes = version === 1 ? 2 : 4;
  const padded = `${text.padEnd(Math.ceil((8 + sizeBytes + text.length + 1) / 64) * 64 - 8 - sizeBytes - 1)}\n`;
  const size = Buffer.alloc(sizeBytes);
  size.writeUIntLE(padded.length, 0, sizeBytes);
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY'),
    Buffer.from([version, 0]),
    size,
    Buffer.from(padded),
    bytes,
  ]);
}
