import type { Tensor } from '../../../graph/graph.ts';

const widths: Readonly<Partial<Record<Tensor['dtype'], number>>> = { int8: 1, int16: 2, int32: 4, int64: 8 };

/** A constant's integers; `undefined` where the tensor is computed, or holds no signed integers. */
export function integersOf(tensor: Tensor | undefined): readonly number[] | undefined {
  const width = tensor === undefined ? undefined : widths[tensor.dtype];
  const data = tensor?.data;
  if (width === undefined || data === undefined) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: Math.floor(data.byteLength / width) }, (_, index) => {
    const at = index * width;
    if (width === 8) return Number(view.getBigInt64(at, true));
    if (width === 4) return view.getInt32(at, true);
    return width === 2 ? view.getInt16(at, true) : view.getInt8(at);
  });
}
