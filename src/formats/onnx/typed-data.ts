import type { DataType } from '../../graph/data-type.ts';
import { elementBits } from '../../graph/data-type.ts';
import type { TensorProto } from './messages.ts';

/** The typed fields of `TensorProto` that can hold elements of fixed size. */
type TypedField = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data';

/**
 * The typed field that `TensorProto` uses for a type, by the comments in onnx.proto. Everything else of 32 bits or less is in `int32Data`,
 * sub-byte types as whole packed bytes, the first element in the low bits.
 */
const fieldOf: Partial<Record<DataType, TypedField>> = {
  float32: 'floatData',
  complex64: 'floatData',
  float64: 'doubleData',
  complex128: 'doubleData',
  int64: 'int64Data',
  uint32: 'uint64Data',
  uint64: 'uint64Data',
};

/** A tensor's typed content, little-endian, sub-byte types packed, cut or not as the file has it; `undefined` when its field is absent. */
export function typedData(proto: TensorProto, dtype: DataType): Uint8Array | undefined {
  const field = fieldOf[dtype] ?? 'int32Data';
  const packed = proto[field];
  if (packed === undefined) return undefined;
  // Packed float and double fields are little-endian values one after another already.
  if (field === 'floatData' || field === 'doubleData') return packed.slice();
  return packedVarintsToBytes(packed, Math.max(1, elementBits(dtype) / 8));
}

/** The low `width` bytes (1, 2, 4 or 8) of every varint, little-endian, one after another. A varint cut off at the end counts for nothing. */
export function packedVarintsToBytes(packed: Uint8Array, width: number): Uint8Array {
  const count = packed.reduce((total, byte) => total + (byte < 0x80 ? 1 : 0), 0);
  const bytes = new Uint8Array(count * width);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let index = 0; index < count; index++) {
    let low = 0;
    let high = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      byte = packed[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 64) high |= bits << (shift - 32);
    }
    const to = index * width;
    if (width === 1) bytes[to] = low;
    else if (width === 2) view.setUint16(to, low & 0xffff, true);
    else {
      view.setUint32(to, low >>> 0, true);
      if (width === 8) view.setUint32(to + 4, high >>> 0, true);
    }
  }
  return bytes;
}
