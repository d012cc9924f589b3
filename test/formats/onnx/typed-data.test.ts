import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, onnxDataTypes } from '../../../src/formats/onnx/data-types.ts';
import type { TensorProto } from '../../../src/formats/onnx/messages.ts';
import { packedVarintsToBytes } from '../../../src/formats/onnx/typed-data.ts';
import { bytesOf, type DataType } from '../../../src/graph/data-type.ts';
import { expectRoundTrip, expectUserError, info, node, read, tensorNamed } from './support.ts';

/** The graph x, w → Add → y whose constant is the proto, and the constant as it is read. */
function constant(proto: TensorProto) {
  return read({
    name: 'g',
    input: [info('x')],
    output: [info('y')],
    node: [node('Add', ['x', 'w'], 'y')],
    initializer: [{ name: 'w', ...proto }],
  });
}

function varints(values: readonly bigint[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
  }
  return Uint8Array.from(bytes);
}

const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const doubles = (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);

/** One row per type: the typed field as onnx.proto prescribes it, and the little-endian content that it stands for. */
const rows: readonly (readonly [DataType, number, TensorProto, readonly number[]])[] = [
  ['float32', 2, { floatData: floats([1, -0]) }, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80]],
  ['complex64', 1, { floatData: floats([1, 2]) }, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]],
  ['float64', 1, { doubleData: doubles([1]) }, [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
  ['complex128', 1, { doubleData: doubles([0, 1]) }, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
  ['int64', 2, { int64Data: varints([-2n, 2n ** 40n]) }, [0xfe, ...Array(7).fill(0xff), 0, 0, 0, 0, 0, 1, 0, 0]],
  ['uint64', 1, { uint64Data: varints([2n ** 64n - 1n]) }, Array(8).fill(0xff)],
  ['uint32', 1, { uint64Data: varints([0xfffffffen]) }, [0xfe, 0xff, 0xff, 0xff]],
  ['int32', 2, { int32Data: varints([-1n, 0x01020304n]) }, [0xff, 0xff, 0xff, 0xff, 4, 3, 2, 1]],
  ['int16', 2, { int32Data: varints([-2n, 0x0102n]) }, [0xfe, 0xff, 2, 1]],
  ['uint16', 1, { int32Data: varints([0xfffen]) }, [0xfe, 0xff]],
  ['int8', 3, { int32Data: varints([-128n, -1n, 127n]) }, [0x80, 0xff, 0x7f]],
  ['uint8', 2, { int32Data: varints([255n, 1n]) }, [0xff, 1]],
  ['bool', 2, { int32Data: varints([1n, 0n]) }, [1, 0]],
  ['float16', 1, { int32Data: varints([0x3c00n]) }, [0, 0x3c]],
  ['bfloat16', 1, { int32Data: varints([0x3f80n]) }, [0x80, 0x3f]],
  ['float8e4m3fn', 1, { int32Data: varints([0x7en]) }, [0x7e]],
  ['float8e4m3fnuz', 1, { int32Data: varints([0x80n]) }, [0x80]],
  ['float8e5m2', 1, { int32Data: varints([0x7bn]) }, [0x7b]],
  ['float8e5m2fnuz', 1, { int32Data: varints([0x7fn]) }, [0x7f]],
  ['float8e8m0', 1, { int32Data: varints([0xfen]) }, [0xfe]],
  // Two elements an entry, the first in the low nibble; the last one's upper half is padding.
  ['int4', 3, { int32Data: varints([0x1fn, 0x07n]) }, [0x1f, 0x07]],
  ['uint4', 2, { int32Data: varints([0xa5n]) }, [0xa5]],
  ['float4e2m1', 2, { int32Data: varints([0x21n]) }, [0x21]],
  // Four elements an entry.
  ['int2', 5, { int32Data: varints([0b11100100n, 0b01n]) }, [0xe4, 1]],
  ['uint2', 4, { int32Data: varints([0b00011011n]) }, [0x1b]],
];

describe('constants', () => {
  it('has a row for every type but strings', () => {
    expect(rows.map(([dtype]) => dtype).sort()).toEqual(
      Object.keys(onnxDataTypes)
        .filter((t) => t !== 'string')
        .sort(),
    );
  });

  it.each(rows)('%s: its typed field becomes little-endian packed bytes', (dtype, elements, fields, content) => {
    const proto: TensorProto = { dims: [elements], dataType: codeOf(dtype) ?? 0, ...fields };
    const graph = constant(proto);
    const tensor = tensorNamed(graph, 'w');
    expect(tensor).toEqual({ name: 'w', dtype, shape: [elements], data: Uint8Array.from(content) });
    expect(tensor.data?.byteLength).toBe(bytesOf(dtype, elements));
    expect(
      tensorNamed(constant({ dims: [elements], dataType: codeOf(dtype) ?? 0, rawData: Uint8Array.from(content) }), 'w'),
    ).toEqual(tensor);
    expectRoundTrip(graph);
  });

  it('keeps strings, UTF-8 or not', () => {
    const graph = constant({ dims: [2], dataType: 8, stringData: [Uint8Array.of(0xff), new Uint8Array(0)] });
    expect(tensorNamed(graph, 'w').strings).toEqual([Uint8Array.of(0xff), new Uint8Array(0)]);
    expectRoundTrip(graph);
  });

  it('has scalars and empty tensors', () => {
    expect(tensorNamed(constant({ dataType: 1, rawData: floats([2]) }), 'w').shape).toEqual([]);
    const empty = constant({ dims: [0, 3], dataType: 1 });
    expect(tensorNamed(empty, 'w')).toEqual({ name: 'w', dtype: 'float32', shape: [0, 3], data: new Uint8Array(0) });
    expectRoundTrip(empty);
  });

  it('keeps a type that it does not know, and says so', () => {
    const graph = constant({ dims: [1], dataType: 27, int32Data: Uint8Array.of(0x15) });
    expect(tensorNamed(graph, 'w').dtype).toBe('unknown');
    expect(graph.notes).toEqual(['The tensor "w" has the element type 27, which is not known; it is kept as it is.']);
    expectRoundTrip(graph);
  });

  it.each<readonly [string, TensorProto]>([
    ['more elements than bytes', { dims: [1000], dataType: 1, rawData: floats([1]) }],
    ['fewer elements than bytes', { dims: [1], dataType: 1, rawData: floats([1, 2]) }],
    ['content in the wrong field', { dims: [1], dataType: 1, int64Data: Uint8Array.of(1) }],
    ['a varint that does not end', { dims: [1], dataType: 7, int64Data: Uint8Array.of(0x80, 0x80) }],
    ['a negative extent', { dims: [-1], dataType: 1, rawData: floats([1]) }],
    ['more elements than can be counted', { dims: [2 ** 31, 2 ** 31, 2 ** 31], dataType: 1 }],
    ['an extent beyond 2^53', { dims: [0, 2n ** 62n], dataType: 1 }],
    ['strings that are missing', { dims: [3], dataType: 8, stringData: [] }],
    ['too many dimensions', { dims: Array(100).fill(1), dataType: 1, rawData: floats([1]) }],
  ])('refuses %s', (_what, proto) => {
    expectUserError(() => constant(proto), /"w"/);
  });

  it('takes the low bytes of every varint', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), fc.constantFrom(1, 2, 4, 8), (values, width) => {
        const expected = new Uint8Array(values.length * 8);
        values.forEach((value, index) => {
          new DataView(expected.buffer).setBigInt64(index * 8, value, true);
        });
        const low = expected.filter((_, index) => index % 8 < width);
        expect(packedVarintsToBytes(varints(values), width)).toEqual(low);
      }),
    );
  });
});
