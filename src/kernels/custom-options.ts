import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';

/** The options of a custom operator: numbers by name, truth values as 0 and 1. */
export type CustomOptions = ReadonlyMap<string, number>;

/**
 * The options, a map in FlexBuffers' format. Only its own numbers are read: hostile files may nest the rest without end.
 * @throws UserError when the bytes are no such map
 */
export function customOptions(node: Node): CustomOptions {
  const options = node.operator.attributes.custom_options;
  if (options?.kind !== 'bytes' || options.value.length === 0) return new Map();
  if (options.value.length > 65536)
    refuse(node, `its options have ${options.value.length} bytes, over the limit of 65536`);
  try {
    return readNumbers(options.value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(node, 'its options are damaged');
  }
}

/** An option. @throws UserError when it is missing and has no fallback */
export function optionOf(node: Node, options: CustomOptions, name: string, fallback?: number): number {
  return options.get(name) ?? fallback ?? refuse(node, `its option "${name}" is missing`);
}

/** FlexBuffers' types of a map and of numbers (flexbuffers.h, `enum Type`). */
const mapType = 9;
const kinds: Readonly<Record<number, { readonly kind: 'int' | 'uint' | 'float'; readonly indirect: boolean }>> = {
  1: { kind: 'int', indirect: false },
  2: { kind: 'uint', indirect: false },
  3: { kind: 'float', indirect: false },
  6: { kind: 'int', indirect: true },
  7: { kind: 'uint', indirect: true },
  8: { kind: 'float', indirect: true },
  26: { kind: 'uint', indirect: false },
};

/** The numbers of the map at the root. @throws RangeError where the bytes point outside themselves */
function readNumbers(bytes: Uint8Array): CustomOptions {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** What an offset at a place leads back to. */
  const follow = (place: number, width: number) => place - read(view, place, width, 'uint');
  const rootWidth = view.getUint8(bytes.length - 1);
  const rootType = view.getUint8(bytes.length - 2);
  if (rootType >> 2 !== mapType) throw new RangeError('no map');
  const width = 1 << (rootType & 3);
  const values = follow(bytes.length - 2 - rootWidth, rootWidth);
  const count = read(view, values - width, width, 'uint');
  const keyWidth = read(view, values - 2 * width, width, 'uint');
  const keys = follow(values - 3 * width, width);
  const numbers = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const packed = view.getUint8(values + count * width + index);
    const type = kinds[packed >> 2];
    if (type === undefined) continue;
    const place = values + index * width;
    const number = type.indirect
      ? read(view, follow(place, width), 1 << (packed & 3), type.kind)
      : read(view, place, width, type.kind);
    const start = follow(keys + index * keyWidth, keyWidth);
    const end = bytes.indexOf(0, start);
    if (start < 0 || end < 0) throw new RangeError('no name');
    numbers.set(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 100))), number);
  }
  return numbers;
}

/** A little-endian number of 1, 2, 4 or 8 bytes. @throws RangeError outside the bytes, or of another width */
function read(view: DataView, place: number, width: number, kind: 'int' | 'uint' | 'float'): number {
  if (kind === 'float') {
    if (width === 4) return view.getFloat32(place, true);
    if (width === 8) return view.getFloat64(place, true);
  } else if (width === 1) return kind === 'int' ? view.getInt8(place) : view.getUint8(place);
  else if (width === 2) return kind === 'int' ? view.getInt16(place, true) : view.getUint16(place, true);
  else if (width === 4) return kind === 'int' ? view.getInt32(place, true) : view.getUint32(place, true);
  else if (width === 8) return Number(kind === 'int' ? view.getBigInt64(place, true) : view.getBigUint64(place, true));
  throw new RangeError(`a number of ${width} bytes`);
}
