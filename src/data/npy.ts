import { float16ToFloat32 } from '../basics/float16.ts';
import { UserError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { DataArray, NumberArray } from './data-set.ts';

/** How one element type of NumPy is read: its size in bytes, and what turns so many elements of aligned little-endian bytes into numbers. */
interface Element {
  readonly dtype: DataType;
  readonly bytes: number;
  readonly from: (bytes: ArrayBuffer, offset: number, count: number) => NumberArray;
}

/** By the part of `descr` after the byte order (https://numpy.org/doc/stable/reference/arrays.interface.html). */
const elements: Readonly<Record<string, Element>> = {
  f2: { dtype: 'float32', bytes: 2, from: (...place) => float16ToFloat32(new Uint16Array(...place)) },
  f4: { dtype: 'float32', bytes: 4, from: (...place) => new Float32Array(...place) },
  f8: { dtype: 'float64', bytes: 8, from: (...place) => new Float64Array(...place) },
  i1: { dtype: 'int8', bytes: 1, from: (...place) => new Int8Array(...place) },
  i2: { dtype: 'int16', bytes: 2, from: (...place) => new Int16Array(...place) },
  i4: { dtype: 'int32', bytes: 4, from: (...place) => new Int32Array(...place) },
  i8: { dtype: 'int64', bytes: 8, from: (...place) => new BigInt64Array(...place) },
  u1: { dtype: 'uint8', bytes: 1, from: (...place) => new Uint8Array(...place) },
  u2: { dtype: 'uint16', bytes: 2, from: (...place) => new Uint16Array(...place) },
  u4: { dtype: 'uint32', bytes: 4, from: (...place) => new Uint32Array(...place) },
  u8: { dtype: 'uint64', bytes: 8, from: (...place) => new BigUint64Array(...place) },
  b1: { dtype: 'bool', bytes: 1, from: (...place) => new Uint8Array(...place) },
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const largestRank = 32;

/** What a `.npy` file says of its array, whose elements begin at the byte `start`. */
export interface NpyHeader {
  readonly element: Element;
  readonly isBigEndian: boolean;
  /** Whether the first axis counts fastest. */
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

/**
 * Reads a `.npy` file of versions 1 to 3 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): floats, integers and booleans of either
 * byte order, in C or Fortran order.
 * @throws UserError that begins with `label` when it is damaged or holds objects, strings or records.
 */
export function readNpy(bytes: Uint8Array, label: string): DataArray {
  const header = readNpyHeader(bytes, bytes.byteLength, label);
  const { element, shape, start, isFortran } = header;
  const size = shape.reduce((product, extent) => product * extent, element.bytes);
  const data = numbersAt(header, bytes.subarray(start, start + size));
  return { dtype: element.dtype, shape, data: isFortran ? toRowMajor(data, shape) : data };
}

/**
 * The header of a `.npy` file of `fileBytes`, of which the beginning is given.
 * @throws UserError that begins with `label`, see `readNpy`; also when the file is shorter than its header says
 */
export function readNpyHeader(bytes: Uint8Array, fileBytes: number, label: string): NpyHeader {
  if (bytes.byteLength < 10 || magic.some((byte, index) => bytes[index] !== byte)) {
    throw new UserError(`${label} is not a NumPy array; write it with numpy.save or numpy.savez.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isShort = bytes[6] === 1;
  if (!isShort && ((bytes[6] !== 2 && bytes[6] !== 3) || bytes.byteLength < 12)) {
    throw new UserError(`${label} is a NumPy file of version ${bytes[6]}; versions 1 to 3 are read.`);
  }
  const begin = isShort ? 10 : 12;
  const start = begin + (isShort ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.byteLength) throw new UserError(`${label} is cut off within its header.`);
  const header = Buffer.from(bytes.subarray(begin, start)).toString('utf8');
  const { element, isBigEndian } = elementOf(header, label);
  const shape = shapeOf(header, label);
  const size = shape.reduce((product, extent) => product * extent, element.bytes);
  if (!Number.isSafeInteger(size) || start + size > fileBytes) {
    throw new UserError(`${label} is cut off: its header promises an array of shape [${shape.join(', ')}].`);
  }
  return { element, isBigEndian, isFortran: /'fortran_order':\s*True/.test(header), shape, start };
}

/** Elements as they lie in the file, as numbers: in place, unless bytes are to be swapped or do not begin where the element size wants it. */
export function numbersAt({ element, isBigEndian }: NpyHeader, bytes: Uint8Array): NumberArray {
  const isPlaced = bytes.byteOffset % element.bytes === 0;
  // `slice` of a Buffer would be no copy.
  const content = isPlaced && !isBigEndian ? bytes : new Uint8Array(bytes);
  if (isBigEndian) swapBytes(content, element.bytes);
  return element.from(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength / element.bytes);
}

function elementOf(header: string, label: string): { element: Element; isBigEndian: boolean } {
  const match = /'descr':\s*'([<>|=]?)([a-zA-Z?]\d*)'/.exec(header);
  const element = elements[match?.[2] === '?' ? 'b1' : (match?.[2] ?? '')];
  if (match === null || element === undefined) {
    throw new UserError(`${label} holds elements that are not plain numbers; save it as float32 or an integer type.`);
  }
  return { element, isBigEndian: match[1] === '>' };
}

function shapeOf(header: string, label: string): readonly number[] {
  const match = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  const shape = match?.[1]
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (shape === undefined || shape.length > largestRank) throw new UserError(`${label} has a damaged NumPy header.`);
  return shape;
}

function swapBytes(content: Uint8Array, size: number): void {
  for (let offset = 0; size > 1 && offset < content.length; offset += size)
    content.subarray(offset, offset + size).reverse();
}

/** Fortran order counts the first axis fastest. */
function toRowMajor(data: NumberArray, shape: readonly number[]): NumberArray {
  const result = data.slice() as NumberArray;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, extent) => product * extent, 1));
  const index = new Array<number>(shape.length).fill(0);
  for (let target = 0; target < result.length; target += 1) {
    let source = 0;
    for (let axis = 0; axis < shape.length; axis += 1) source += (index[axis] ?? 0) * (strides[axis] ?? 0);
    result[target] = data[source] as never;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
  return result;
}
